"""A name, a password and a second factor, in; a reader of one record, out."""

from northwatch.workstreams.signin.logins import (
    Login,
    end_login,
    login_of,
    renew,
    sign_in,
    start_login,
)
from northwatch.workstreams.signin.passwords import LEAST_LENGTH, first_password, set_password
from northwatch.workstreams.signin.second_factor import (
    code_now,
    new_recovery_codes,
    new_totp_secret,
    set_totp,
    totp_address,
)
from northwatch.workstreams.signin.tokens import (
    PREFIX,
    ShownToken,
    end_token,
    make_token,
    reader_of_token,
    tokens_of,
)

__all__ = [
    "LEAST_LENGTH",
    "PREFIX",
    "Login",
    "ShownToken",
    "code_now",
    "end_login",
    "end_token",
    "first_password",
    "login_of",
    "make_token",
    "new_recovery_codes",
    "new_totp_secret",
    "reader_of_token",
    "renew",
    "set_password",
    "set_totp",
    "sign_in",
    "start_login",
    "tokens_of",
    "totp_address",
]
