//! Scripts a clerk can read: acts in column one, what follows from each below it.
//! What is not here: reading files. `docs/rules.md` says how a script is written.

mod act;
mod cast;
mod given;
mod question;
mod tell;
mod tree;
mod words;

pub use act::ScriptFault;

use act::Act;
use cast::Cast;

/// Plays a script and gives it back with what really followed from each act. A script is right
/// when it comes back as it was.
///
/// # Errors
/// When a line cannot be understood.
pub fn play(text: &str) -> Result<String, ScriptFault> {
    let mut told = String::with_capacity(text.len());
    let mut cast = Cast::default();
    for (index, line) in text.lines().enumerate() {
        let fault = |what: String| ScriptFault { line: index + 1, what };
        let is_effect = line.trim_start().starts_with('<');
        if is_effect {
            continue;
        }
        if line.trim().is_empty() || line.starts_with('#') {
            told.push_str(line.trim_end());
            told.push('\n');
            continue;
        }
        let (question, asked) = match line.split_once(" =") {
            Some((question, rest)) => (question, rest.is_empty() || rest.starts_with(' ')),
            None => (line, false),
        };
        if asked && let Some(answer) = question::answer(&cast, question).map_err(fault)? {
            told.push_str(&format!("{question} = {answer}\n"));
            continue;
        }
        told.push_str(line.trim_end());
        told.push('\n');
        if line.starts_with("seats ") {
            cast = cast.seated(line).map_err(fault)?;
            continue;
        }
        if line.starts_with("brief ") {
            cast = cast.briefed(line).map_err(fault)?;
            continue;
        }
        let act = Act::parse(line, &cast).map_err(fault)?;
        for effect in cast.play(&act) {
            told.push_str("         < ");
            told.push_str(&effect);
            told.push('\n');
        }
    }
    Ok(told)
}

#[cfg(test)]
mod tests {
    use super::play;

    #[test]
    fn a_right_script_comes_back_as_it_was() {
        let text = "seats    judge=presiding_judge\n\
                    # A judge alone.\n\
                    judge    joins\n\
                    judge    open_check_in\n         \
                    < ledger begins\n         \
                    < minute check_in_opened\n         \
                    < minute arrived judge\n         \
                    < stage check_in\n         \
                    < judge done\n\
                    stage = check_in\n";
        assert_eq!(play(text), Ok(text.to_owned()));
        let wrong = text.replace("= check_in", "= closed");
        assert_eq!(play(&wrong), Ok(text.to_owned()));
    }

    #[test]
    fn a_line_nobody_understands_is_named() {
        let fault = play("seats judge=presiding_judge\njudge flies\n").unwrap_err();
        assert_eq!(fault.line, 2);
    }
}
