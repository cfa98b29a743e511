//! Plans: named whole hearings over stated networks, with stated events and bounds, played by the
//! real router, hearing and record in virtual time.
//! What is not here: chance for its own sake; that is the house (`house.rs`).

mod court;
mod ear;
mod eye;
mod line;
mod lines;
mod measure;
mod outbox;
mod path;
mod publisher;
mod source;
mod stage;
mod stamp;
mod station;
mod table;
#[cfg(test)]
mod truth;
mod vice;
mod watch;

use core::fmt;
use core::time::Duration;

use model::{Ask, Codec, ParticipantId, Role};

use measure::Figures;
use path::Path;
use vice::Bad;

/// Pages do what they do this often.
const BEAT: Duration = Duration::from_millis(20);

/// How everybody's connection is negotiated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ways {
    /// Codec of pictures.
    pub(crate) codec: Codec,
    /// Cameras send three layers.
    pub(crate) layers: bool,
    /// Pictures are repaired on sources of their own (RFC 4588).
    pub(crate) repair: bool,
    /// Pages tell when each packet came.
    pub(crate) transport: bool,
    /// Sound may come with the sound before it (RFC 2198).
    pub(crate) redundant: bool,
    /// Picture rate of each camera, kbit/s, all layers.
    pub(crate) kbps: u32,
}

/// One thing that happens in a plan.
#[derive(Clone, Debug)]
pub(crate) enum Deed {
    /// Somebody's line is another from now on: up and down. Sound must come back at once.
    Line(u32, Path, Path),
    /// Nothing passes from (`up`) or to (`down`) somebody.
    Cut {
        /// Who.
        who: u32,
        /// From them.
        up: bool,
        /// To them.
        down: bool,
    },
    /// Everything passes again.
    Mend(u32),
    /// Somebody's page connects anew, old connection beside the new (make before break).
    Reconnect(u32),
    /// Somebody's connection is gone, and a new one comes after so many ms.
    Drop(u32, u32),
    /// Somebody who was not there comes.
    Join(u32),
    /// Somebody asks, or orders.
    Ask(u32, Ask),
    /// Somebody begins or ends a bad deed.
    Bad(u32, Option<Bad>),
    /// Somebody's camera is on or off.
    Camera(u32, bool),
    /// Somebody's screen is shared or not.
    Screen(u32, bool),
    /// Somebody's wall clock jumps by so many ms.
    Clock(u32, i64),
    /// Somebody's browser sends layers up to this one only.
    TopLayer(u32, usize),
    /// Somebody's page draws the pictures of its first seats so large; the others not at all.
    Tiles(u32, &'static [(u16, u16)]),
}

impl Deed {
    /// Whose it is.
    const fn whose(&self) -> u32 {
        match self {
            Self::Line(who, ..)
            | Self::Cut { who, .. }
            | Self::Mend(who)
            | Self::Reconnect(who)
            | Self::Drop(who, _)
            | Self::Join(who)
            | Self::Ask(who, _)
            | Self::Bad(who, _)
            | Self::Camera(who, _)
            | Self::Screen(who, _)
            | Self::Clock(who, _)
            | Self::TopLayer(who, _)
            | Self::Tiles(who, _) => *who,
        }
    }
}

/// One plan.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) name: &'static str,
    /// In words.
    pub(crate) about: &'static str,
    pub(crate) seed: u64,
    pub(crate) roles: Vec<Role>,
    /// Length from opening to closing, s.
    pub(crate) seconds: u32,
    pub(crate) ways: Ways,
    /// Everybody's line, up and down.
    pub(crate) path: (Path, Path),
    /// Lines of some, up and down.
    pub(crate) own: Vec<(u32, Path, Path)>,
    /// People who come later.
    pub(crate) late: Vec<u32>,
    /// Microphones that are silent send next to nothing.
    pub(crate) pauses: bool,
    /// Drift of media clocks, ppm: sound, picture; of wall clocks, ppm and µs.
    pub(crate) drift: ([i64; 2], i64, i64),
    /// Events, ms after opening.
    pub(crate) events: Vec<(u32, Deed)>,
    /// Whoever may suffer; everybody else is held to `bounds`.
    pub(crate) hurt: Vec<u32>,
    pub(crate) bounds: Figures,
    pub(crate) hurt_bounds: Figures,
}

impl Plan {
    /// A plan of four people with home lines for ten seconds, in which nothing happens.
    pub(crate) fn new(name: &'static str, about: &'static str) -> Self {
        let seed = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
        });
        let ways = Ways {
            codec: Codec::Vp8,
            layers: false,
            repair: false,
            transport: false,
            redundant: false,
            kbps: 300,
        };
        Self {
            name,
            about,
            seed,
            roles: Vec::new(),
            seconds: 10,
            ways,
            path: (Path::HOME, Path::HOME),
            own: Vec::new(),
            late: Vec::new(),
            pauses: false,
            drift: ([0, 0], 0, 0),
            events: Vec::new(),
            hurt: Vec::new(),
            bounds: Figures::CALM,
            hurt_bounds: Figures::FREE,
        }
        .people(4)
    }

    /// So many people: judge, plaintiff, defendant, clerk, then third parties.
    pub(crate) fn people(self, people: usize) -> Self {
        let first = [Role::PresidingJudge, Role::Plaintiff, Role::Defendant, Role::Clerk];
        let roles = first.into_iter().chain(core::iter::repeat(Role::ThirdParty)).take(people);
        Self { roles: roles.collect(), ..self }
    }

    /// Somebody else comes beside them.
    pub(crate) fn and(mut self, role: Role) -> Self {
        self.roles.push(role);
        self
    }

    /// So long.
    pub(crate) fn seconds(self, seconds: u32) -> Self {
        Self { seconds, ..self }
    }

    /// Everybody's line, both ways the same.
    pub(crate) fn lines(self, path: Path) -> Self {
        Self { path: (path, path), ..self }
    }

    /// The line of one person.
    pub(crate) fn line(mut self, who: u32, up: Path, down: Path) -> Self {
        self.own.push((who, up, down));
        self
    }

    /// How connections are negotiated.
    pub(crate) fn ways(mut self, change: impl FnOnce(&mut Ways)) -> Self {
        change(&mut self.ways);
        self
    }

    /// Something happens so many ms after opening.
    pub(crate) fn at(mut self, ms: u32, deed: Deed) -> Self {
        if let Deed::Join(who) = &deed {
            self.late.push(*who);
        }
        self.events.push((ms, deed));
        self
    }

    /// These people may suffer, up to these bounds.
    pub(crate) fn hurts(self, who: &[u32], bounds: Figures) -> Self {
        Self { hurt: who.to_vec(), hurt_bounds: bounds, ..self }
    }

    /// Silent microphones pause.
    pub(crate) fn pauses(self) -> Self {
        Self { pauses: true, ..self }
    }

    /// Drift of sound and picture clocks, ppm; of wall clocks, ppm, and their error, ms.
    pub(crate) fn clocks(self, media: [i64; 2], ppm: i64, ms: i64) -> Self {
        Self { drift: (media, ppm, ms * 1_000), ..self }
    }

    /// Other bounds for everybody.
    pub(crate) fn bounds(self, change: impl FnOnce(Figures) -> Figures) -> Self {
        Self { bounds: change(self.bounds), ..self }
    }

    pub(crate) fn is_hurt(&self, who: ParticipantId) -> bool {
        self.hurt.contains(&who.0)
    }
}

/// What a plan came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Its name.
    pub name: &'static str,
    /// What it is about, in words.
    pub about: &'static str,
    seed: u64,
    people: usize,
    seconds: u32,
    calm: Figures,
    hurt: Option<Figures>,
    /// What did not hold, one sentence each; empty when everything did.
    pub broken: Vec<String>,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<28}{:>3} {:>3}s {}", self.name, self.people, self.seconds, self.calm)?;
        if let Some(hurt) = &self.hurt {
            write!(f, "\n{:<36}{hurt}", "  whoever may suffer")?;
        }
        for broken in &self.broken {
            write!(f, "\n  NOT HELD: {broken}")?;
        }
        if !self.broken.is_empty() {
            write!(f, "\n  repeat: assize simulate --plan {} --seed {}", self.name, self.seed)?;
        }
        Ok(())
    }
}

/// The columns of the table of outcomes.
pub fn heading() -> String {
    format!("{:<36}{}", "plan, people, length", measure::heading())
}

/// The names of all plans, in the order of the table.
pub fn names() -> Vec<&'static str> {
    table::all().into_iter().map(|plan| plan.name).collect()
}

/// Plays a plan, from its own seed or another one. None when there is no plan of that name.
pub fn play(name: &str, seed: Option<u64>) -> Option<Outcome> {
    let plan = table::all().into_iter().find(|plan| plan.name == name)?;
    Some(stage::play(&plan, seed.unwrap_or(plan.seed)))
}

#[cfg(test)]
mod tests {
    use super::measure::Measure;
    use super::*;

    /// What every other plan comes to; two threads share the work.
    fn every_other(part: usize) -> Vec<Outcome> {
        let mine = table::all().into_iter().skip(part).step_by(2);
        mine.map(|plan| stage::play(&plan, plan.seed)).collect()
    }

    #[test]
    fn plans_hold_and_come_to_what_the_table_says() {
        let (even, odd) = std::thread::scope(|scope| {
            let odd = scope.spawn(|| every_other(1));
            (every_other(0), odd.join().expect("plans are played without a panic"))
        });
        let mut odd = odd.into_iter();
        let pairs = even.into_iter().map(|even| [Some(even), odd.next()]);
        let outcomes: Vec<Outcome> = pairs.flatten().flatten().collect();
        let broken = outcomes.iter().filter(|outcome| !outcome.broken.is_empty());
        let broken: Vec<_> = broken.map(ToString::to_string).collect();
        assert!(broken.is_empty(), "{}\n{}", heading(), broken.join("\n"));
        let rows = outcomes.iter().map(|outcome| format!("{outcome}\n"));
        let table = format!("{}\n{}", heading(), rows.collect::<String>());
        expect_test::expect_file!["plan/table.txt"].assert_eq(&table);
    }

    #[test]
    fn plans_have_names_of_their_own_and_seeds_repeat() {
        let names = names();
        let unique: std::collections::BTreeSet<_> = names.iter().collect();
        assert_eq!(unique.len(), names.len());
        assert_eq!(play("loss_20", Some(7)), play("loss_20", Some(7)));
        assert_ne!(play("loss_20", Some(7)), play("loss_20", Some(8)));
        assert_eq!(play("no_such_plan", None), None);
    }

    /// Each bound that can be broken by a line, set to zero, is seen to be broken. The others are
    /// broken by hand in `watch.rs`.
    #[test]
    fn every_bound_can_fail() {
        for (name, measures) in [
            (
                "loss_20",
                &[
                    Measure::Gap,
                    Measure::Lost,
                    Measure::FirstSound,
                    Measure::FirstPicture,
                    Measure::Freeze,
                    Measure::Freezes,
                    Measure::Asked,
                    Measure::Burst,
                ][..],
            ),
            ("cut_both", &[Measure::Back]),
            ("time_jumps", &[Measure::Lip]),
        ] {
            let mut plan = table::all().into_iter().find(|plan| plan.name == name).unwrap();
            for measure in measures {
                plan.bounds = plan.bounds.most(*measure, 0);
                plan.hurt_bounds = plan.hurt_bounds.most(*measure, 0);
            }
            let outcome = stage::play(&plan, plan.seed);
            for measure in measures {
                let told = outcome.broken.iter().filter(|told| told.starts_with(measure.name()));
                assert!(told.count() > 0, "{measure:?} cannot fail: {outcome}");
            }
        }
    }

    #[test]
    fn a_hearing_that_never_opens_is_no_success() {
        let plan = Plan::new("never", "nothing passes").lines(Path::HOME.loss(1_000));
        let outcome = stage::play(&plan, 1);
        assert!(outcome.broken.iter().any(|told| told.contains("never opened")), "{outcome}");
    }
}
