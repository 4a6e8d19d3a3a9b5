//! What the commands of a shell print.

object! {
    /// What a command of a shell gave.
    response struct ShellOutput as "ResponseFunctionShellCallOutputContent" {
        /// What it printed.
        stdout: String,
        /// What it printed of errors.
        stderr: String,
        /// How it ended.
        outcome: ShellOutcome,
    }
}

object! {
    /// How a command ended.
    response struct ShellOutcome as "ResponseFunctionShellCallOutcome" {
        /// `exit`, or `timeout`.
        r#type: String,
        /// What it gave back when it ended by itself.
        exit_code: Option<i64>,
    }
}

object! {
    /// More of what a command prints.
    response struct ShellOutputDelta as "ResponseShellCallOutputDelta" {
        /// Text to append to what it printed.
        stdout: Option<String>,
        /// Text to append to what it printed of errors.
        stderr: Option<String>,
    }
}
