import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Key-value facts about this database as a whole. `epoch` changes when a backup is restored. `Database` reads it. */
@Entity('meta')
export class MetaEntity {
  @PrimaryColumn({ type: 'varchar', length: 32 })
  name!: string;

  @Column({ type: 'varchar', length: 255 })
  value!: string;
}
