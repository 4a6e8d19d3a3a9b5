//! Numbers for what crosses between WebAssembly and the package's JavaScript, which has them from here:
//! `UPDATE_CODES=1 cargo test --lib policy::codes` writes `pkg-template/lib/codes.js`.

macro_rules! codes {
    ($(#[doc = $doc:literal] $name:ident: $type:ty = $code:literal;)*) => {
        $(#[doc = $doc] pub const $name: $type = $code;)*

        #[cfg(test)]
        const ALL: &[(&str, &str, &str)] =
            &[$(($doc, stringify!($name), stringify!($code))),*];
    };
}
#[cfg(not(any(feature = "__npm-client", feature = "__npm-tokens")))]
pub(crate) use codes;

/// Checks that a file of the package's has these codes, or writes it.
#[cfg(test)]
pub(crate) fn check_codes(file: &str, module: &str, all: &[(&str, &str, &str)]) {
    let source = module.replace("::", "/");
    let command = format!("UPDATE_CODES=1 cargo test --lib {module}");
    let path = format!("{}/pkg-template/{file}", env!("CARGO_MANIFEST_DIR"));
    let mut rendered =
        format!("// Generated from src/{source}.rs by `{command}`. Do not edit.\n\n");
    for (doc, name, code) in all {
        rendered += &format!("/**{doc} */\nexport const {name} = {code};\n");
    }
    if std::env::var_os("UPDATE_CODES").is_some() {
        std::fs::write(&path, &rendered).unwrap();
    }
    assert!(
        std::fs::read_to_string(&path).unwrap_or_default() == rendered,
        "{file} is not what src/{source}.rs says. Rewrite it with: {command}"
    );
}

codes! {
    /// Forget the refused token, get another one, and send the request again at once.
    RENEW: i32 = -1;
    /// The same with a token that no other call gets.
    RENEW_ALONE: i32 = -2;
    /// The call fails.
    GIVE: i32 = -3;
    /// The call fails, and the refused token is to be forgotten.
    GIVE_REFUSED: i32 = -4;
    /// The call fails, since the answer is a redirect.
    GIVE_REDIRECT: i32 = -5;

    /// An attempt that has no credential yet.
    ASKING: u8 = 0;
    /// An attempt that was sent, and no answer came.
    SENT: u8 = 1;
    /// An attempt whose answer has begun.
    ANSWERED: u8 = 2;
    /// The events of a resumable stream ended without what closes an answer, and without a fault.
    ENDED: u8 = 3;

    /// How often a resumable stream is asked for again without an event.
    RECONNECTS: u32 = 5;

    /// A call's base URL.
    BASE: u8 = 0;
    /// A call's path.
    PATH: u8 = 1;
    /// A session token or a key.
    CREDENTIAL: u8 = 2;
    /// The name of a header that the caller sets or removes.
    HEADER: u8 = 3;
    /// The value of a header.
    VALUE: u8 = 4;
}

#[cfg(test)]
mod tests {
    #[test]
    fn javascript_has_the_same_codes() {
        super::check_codes("lib/codes.js", "policy::codes", super::ALL);
    }
}
