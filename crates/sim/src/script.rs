//! Scripts a clerk can read: acts in column one, what follows from each below it.
//! What is not here: reading files. `docs/rules.md` says how a script is written.

mod act;
mod cast;
mod given;
mod question;
mod step;
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
    run(text).map(|(told, _)| told)
}

/// Plays a script and tells what followed to a program: one JSON object for each act. The first
/// names the people and the brief; each further one has the line's number (`line`, from 1), the
/// act and, where somebody asks, `who` and the `ask`, its minutes, where the sitting stands after
/// it, whether the record rolls, and the table of grants.
///
/// # Errors
/// When a line cannot be understood.
pub fn steps(text: &str) -> Result<Vec<String>, ScriptFault> {
    run(text).map(|(_, steps)| steps)
}

fn run(text: &str) -> Result<(String, Vec<String>), ScriptFault> {
    let mut told = String::with_capacity(text.len());
    let mut steps = Vec::new();
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
        if steps.is_empty() {
            steps.push(step::people(&cast).map_err(fault)?);
        }
        let act = Act::parse(line, &cast).map_err(fault)?;
        let written = cast.minutes.len();
        let effects = cast.play(&act);
        steps.push(step::step(&cast, (index + 1, line, &act), written, &effects).map_err(fault)?);
        for effect in effects {
            told.push_str("         < ");
            told.push_str(&effect);
            told.push('\n');
        }
    }
    Ok((told, steps))
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
    #[test]
    fn what_followed_is_told_to_a_program_too() {
        let text = "seats judge=presiding_judge\njudge joins\njudge open_check_in\n";
        let steps = super::steps(text).expect("every line is understood");
        assert_eq!(steps.len(), 3, "{steps:?}");
        assert!(steps[0].contains(r#""people":[{"id":1,"role":"presiding_judge","name":"judge""#));
        assert!(steps[2].starts_with(r#"{"line":3,"act":"judge open_check_in","#), "{}", steps[2]);
        assert!(steps[2].contains(r#""who":"judge","ask":{"do":"open_check_in"}"#), "{}", steps[2]);
        assert!(steps[2].contains(r#""fact":{"fact":"check_in_opened"}"#), "{}", steps[2]);
        assert!(steps[2].contains(r#""stage":{"name":"check_in"},"rolling":false"#));
    }
}
