//! Scripts of calls between stations and the court: acts in column one, what follows below each.
//! What is not here: the sitting a taken call becomes, which is a script of its own (`script`).

use core::time::Duration;
use std::collections::BTreeSet;

use hearing::{End, Over, StaffId, Switchboard};
use model::{CallId, Instant, StationId, Wanted};

use crate::script::ScriptFault;

/// Everybody of a script, and the switchboard they use.
#[derive(Default)]
struct Line {
    stations: Vec<String>,
    staff: Vec<String>,
    duty: BTreeSet<StaffId>,
    board: Switchboard,
    now: Instant,
    made: u32,
}

/// Plays a script of calls and gives it back with what really followed from each act.
///
/// # Errors
/// When a line cannot be understood.
pub fn play(text: &str) -> Result<String, ScriptFault> {
    let mut line = Line::default();
    let mut told = String::with_capacity(text.len());
    for (index, act) in text.lines().enumerate() {
        let fault = |what: String| ScriptFault { line: index + 1, what };
        if act.trim_start().starts_with('<') {
            continue;
        }
        if let Some((question, _)) = act.split_once(" =") {
            let answer = line.answer(question.trim()).map_err(fault)?;
            told.push_str(&format!("{question} = {answer}\n"));
            continue;
        }
        told.push_str(act.trim_end());
        told.push('\n');
        if act.trim().is_empty() || act.starts_with('#') {
            continue;
        }
        for effect in line.act(act).map_err(fault)? {
            told.push_str(&format!("         < {effect}\n"));
        }
    }
    Ok(told)
}

impl Line {
    fn act(&mut self, act: &str) -> Result<Vec<String>, String> {
        let words: Vec<&str> = act.split_whitespace().collect();
        let (who, rest) = words.split_first().ok_or("an act is missing")?;
        match (*who, rest) {
            ("stations", names) => self.stations = names.iter().map(|n| (*n).to_owned()).collect(),
            ("staff", names) => self.staff = names.iter().map(|n| (*n).to_owned()).collect(),
            ("duty", names) => {
                self.duty =
                    names.iter().map(|name| self.staff_id(name)).collect::<Result<_, _>>()?;
            }
            ("wait", [time]) => return self.wait(time),
            (who, [verb, rest @ ..]) => return self.does(self.end(who)?, verb, rest),
            (_, []) => return Err(format!("{who} does nothing")),
        }
        Ok(Vec::new())
    }

    fn does(&mut self, end: End, verb: &str, rest: &[&str]) -> Result<Vec<String>, String> {
        let now = self.now;
        let call = self.call_of(end, rest.first().copied())?;
        let done = match (verb, end) {
            ("rings", End::Station(station)) => {
                let wanted = match rest {
                    ["judge"] => Wanted::Judge,
                    ["clerk"] => Wanted::Clerk,
                    _ => return Err("a station rings judge or clerk".to_owned()),
                };
                let new = self.new_call();
                let rung = self.board.ring(now, new, station, wanted, &self.duty);
                rung.map(|over| self.over_or_rings(new, over))
            }
            ("rings_back", End::Staff(staff)) => {
                let station = rest.first().ok_or("whom?")?;
                let End::Station(station) = self.end(station)? else {
                    return Err("the court rings a station back".to_owned());
                };
                let new = self.new_call();
                let rung = self.board.ring_back(now, new, staff, station, Wanted::Judge);
                rung.map(|()| self.over_or_rings(new, None))
            }
            ("accepts", end) => self.board.accept(now, call, end).map(|staff| {
                vec![format!("{} has {}", self.staff_name(staff), self.station_of(call))]
            }),
            ("declines", end) => {
                let declined = self.board.decline(now, call, end);
                declined.map(|over| self.over_or_rings(call, over))
            }
            ("hangs_up", end) => {
                let ended = self.board.hang_up(now, call, end);
                ended.map(|over| over.iter().map(|over| self.told(over)).collect())
            }
            ("leaves" | "returns", end) => {
                self.board.seen(now, end, verb == "returns");
                Ok(Vec::new())
            }
            (verb, _) => return Err(format!("nobody of that kind {verb}")),
        };
        Ok(done.unwrap_or_else(|why| vec![format!("refused: {}", word(&why))]))
    }

    /// Time passes, second by second, as the desk looks at its calls.
    fn wait(&mut self, time: &str) -> Result<Vec<String>, String> {
        let (count, unit) = match (time.strip_suffix('s'), time.strip_suffix('m')) {
            (Some(count), _) => (count, 1),
            (None, Some(count)) => (count, 60),
            (None, None) => return Err(format!("{time} is no time")),
        };
        let count: u64 = count.parse().map_err(|_| format!("{time} is no time"))?;
        let mut told = Vec::new();
        for _ in 0..count.saturating_mul(unit) {
            self.now = self.now.plus(Duration::from_secs(1));
            let over = self.board.look(self.now);
            told.extend(over.iter().map(|over| self.told(over)));
        }
        Ok(told)
    }

    fn answer(&self, question: &str) -> Result<String, String> {
        if question != "calls" {
            return Err(format!("{question} is no question"));
        }
        let call = |(id, call): (CallId, &hearing::Call)| match call.taken_by {
            Some(staff) => format!("{} with {}", self.station_of(id), self.staff_name(staff)),
            None => format!("{} {}", self.station_of(id), word(&call.state)),
        };
        let calls: Vec<String> = self.board.calls().map(call).collect();
        Ok(if calls.is_empty() { "none".to_owned() } else { calls.join(", ") })
    }

    fn over_or_rings(&self, call: CallId, over: Option<Over>) -> Vec<String> {
        let Some(call) = self.board.call(call) else {
            return over.iter().map(|over| self.told(over)).collect();
        };
        let targets: Vec<&str> = call.targets.iter().map(|staff| self.staff_name(*staff)).collect();
        vec![match call.direction {
            model::Direction::FromStation => format!("it rings at {}", targets.join(", ")),
            model::Direction::ToStation => {
                format!("it rings at {}", self.station_name(call.station))
            }
        }]
    }

    fn told(&self, over: &Over) -> String {
        format!("{} {}", self.station_name(over.was.station), word(&over.was.state))
    }

    fn new_call(&mut self) -> CallId {
        self.made += 1;
        CallId(self.made)
    }

    /// The call somebody means: the one of the station they name, else their own, else the one that
    /// rings at them, else the last that was made.
    fn call_of(&self, end: End, named: Option<&str>) -> Result<CallId, String> {
        let station = match (end, named) {
            (End::Station(station), _) => Some(station),
            (End::Staff(_), Some(name)) => match self.end(name)? {
                End::Station(station) => Some(station),
                End::Staff(_) => None,
            },
            (End::Staff(_), None) => None,
        };
        let of_station = station.and_then(|station| self.board.of_station(station));
        let mine = || {
            let End::Staff(staff) = end else { return None };
            let calls = || self.board.calls();
            let own = calls().find(|(_, call)| call.taken_by == Some(staff));
            own.or_else(|| calls().find(|(_, call)| call.targets.contains(&staff)))
        };
        let found = of_station.or_else(mine).or_else(|| self.board.calls().last());
        Ok(found.map_or(CallId(self.made), |(id, _)| id))
    }

    fn end(&self, name: &str) -> Result<End, String> {
        let station = self.stations.iter().zip(1..).find(|(known, _)| *known == name);
        match station {
            Some((_, number)) => Ok(End::Station(StationId(number))),
            None => self.staff_id(name).map(End::Staff),
        }
    }

    fn staff_id(&self, name: &str) -> Result<StaffId, String> {
        let found = self.staff.iter().zip(1..).find(|(known, _)| *known == name);
        found.map(|(_, number)| StaffId(number)).ok_or_else(|| format!("nobody is called {name}"))
    }

    fn staff_name(&self, StaffId(number): StaffId) -> &str {
        let place = usize::try_from(number - 1).unwrap_or(usize::MAX);
        self.staff.get(place).map_or("?", String::as_str)
    }

    fn station_name(&self, StationId(number): StationId) -> &str {
        let place = usize::try_from(number).unwrap_or(usize::MAX).wrapping_sub(1);
        self.stations.get(place).map_or("?", String::as_str)
    }

    fn station_of(&self, call: CallId) -> &str {
        self.board.call(call).map_or("?", |call| self.station_name(call.station))
    }
}

/// A word as it stands on the wire.
fn word<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default().trim_matches('"').to_owned()
}

#[cfg(test)]
mod tests {
    use super::play;

    #[test]
    fn a_right_script_comes_back_as_it_was() {
        let text = "stations stone\nstaff    li\nduty     li\nstone    rings judge\n         \
                    < it rings at li\nli       accepts\n         < li has stone\ncalls = stone with li\n";
        assert_eq!(play(text), Ok(text.to_owned()));
        assert_eq!(play(&text.replace("= stone with li", "= none")), Ok(text.to_owned()));
    }

    #[test]
    fn a_line_nobody_understands_is_named() {
        for wrong in ["stone flies", "stations stone\nstone flies", "wait for", "what ="] {
            assert!(play(wrong).is_err(), "{wrong}");
        }
    }
}
