"""A name, a password and a second factor, in; a reader of one record, out."""

from northwatch.workstreams.signin.logins import (
    Login,
    end_login,
    finish_half,
    login_of,
    renew,
    sign_in,
    start_login,
)
from northwatch.workstreams.signin.passkeys import (
    Asked,
    ShownPasskey,
    ask_new,
    ask_signin,
    drop,
    keep,
    passkeys_of,
    sign_in_by_passkey,
)
from northwatch.workstreams.signin.passwords import LEAST_LENGTH, first_password, set_password
from northwatch.workstreams.signin.provider import (
    BACK,
    discover,
    link,
    send,
    set_provider,
    take_back,
    unlink,
)
from northwatch.workstreams.signin.second_factor import (
    code_now,
    new_recovery_codes,
    new_totp_secret,
    set_totp,
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
    "BACK",
    "LEAST_LENGTH",
    "PREFIX",
    "Asked",
    "Login",
    "ShownPasskey",
    "ShownToken",
    "ask_new",
    "ask_signin",
    "code_now",
    "discover",
    "drop",
    "end_login",
    "end_token",
    "finish_half",
    "first_password",
    "keep",
    "link",
    "login_of",
    "make_token",
    "new_recovery_codes",
    "new_totp_secret",
    "passkeys_of",
    "reader_of_token",
    "renew",
    "send",
    "set_password",
    "set_provider",
    "set_totp",
    "sign_in",
    "sign_in_by_passkey",
    "start_login",
    "take_back",
    "tokens_of",
    "unlink",
]
