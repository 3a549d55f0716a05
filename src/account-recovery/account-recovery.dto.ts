import { PASSWORD } from '../auth/auth.dto.js';
import { Email, Text } from '../common/field.decorators.js';

const TOKEN = { min: 1, max: 128, description: 'The token in the e-mailed link, after `#token=`.' };

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

/** Sets another e-mail address. The password is required, so that a stolen session does not suffice. */
export class ChangeEmail {
  @Email()
  email!: string;

  @Text({ min: 1, max: 128 })
  password!: string;
}
