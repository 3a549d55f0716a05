import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Facts about this database as a whole: `epoch` names its life, and changes when a backup is restored. */
@Entity('meta')
export class MetaEntity {
  @PrimaryColumn({ type: 'varchar', length: 32 })
  name!: string;

  @Column({ type: 'varchar', length: 255 })
  value!: string;
}
