import { PASSWORD } from '../auth/auth.dto.js';
import { Email, Text } from '../common/field.decorators.js';

const TOKEN = { min: 1, max: 128, description: 'From the link in the mail, behind `#token=`.' };

export class ForgottenPassword {
  @Email()
  email!: string;
}

export class ResetPassword {
  @Text(TOKEN)
  token!: string;

  @Text(PASSWORD)
  newPassword!: string;
}

export class VerifyEmail {
  @Text(TOKEN)
  token!: string;
}

/** Another address: whoever holds the phone must know the password too. */
export class ChangeEmail {
  @Email()
  email!: string;

  @Text({ min: 1, max: 128 })
  password!: string;
}
