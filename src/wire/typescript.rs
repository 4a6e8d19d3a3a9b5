//! Renders the wire types as TypeScript.

/// A JSDoc comment of these lines.
pub(crate) fn jsdoc(lines: &[&str]) -> String {
    let mut text = String::from("/**\n");
    for line in lines {
        text.push_str(" *");
        text.push_str(line);
        text.push('\n');
    }
    text + " */\n"
}
