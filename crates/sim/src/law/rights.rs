//! Who has the right to what, when, as a table: the role, the stage, and whether one must be in the
//! hearing. What is not here: what the ask needs of the person or thing it is about.

use model::{Ground, Kind, ParticipantId, Phase, Role, Stage};

use super::{At, Figure, Law};

const TABLE: &str = "
ask                     who         when        inside
open_check_in           clerk       scheduled   no
check_in                others      live        no
admit                   lead        settled     yes
dismiss                 lead        settled     yes
preview                 lead        looking     yes
open                    lead        before      yes
recess                  lead        rolling     yes
resume                  lead        pause       yes
close                   lead        open        yes
lock                    lead        live        yes
unlock                  lead        live        yes
lock_all                lead        live        yes
unlock_all              lead        live        yes
allow_screen            lead        live        yes
warn                    lead        live        yes
remove                  lead        live        yes
hand                    voice       live        yes
devices                 voice       live        yes
consent                 concerned   live        no
note_consent            clerk       live        yes
check_identity          clerk       live        yes
waive_identity          lead        live        yes
check_power             clerk       live        yes
note_absent             clerk       live        yes
answer_barred           lead        live        yes
call_in                 lead        before      yes
read_discipline         clerk       check_in    yes
enter_phase             lead        session     yes
interrupt               lead        session     yes
deliberate              lead        session     yes
adjourn                 lead        settled     yes
go_offline              lead        settled     yes
call_off                lead        before      yes
challenge               sides       open        yes
dispose_challenge       lead        open        yes
prompt                  lead        live        yes
reprimand               lead        live        yes
readmit                 lead        live        yes
give_floor              lead        talk        yes
end_floor               holder      open        yes
strict_floor            lead        open        yes
spotlight               lead        live        yes
set_layout              lead        live        yes
find_absence            lead        live        yes
confront                lead        heard       yes
sign_guarantee          witnessing  heard       yes
note_guarantee_refused  keeper      heard       yes
testify                 lead        heard       yes
shield                  lead        live        yes
interpret               lead        live        yes
listen                  online      live        yes
note                    manager     live        yes
record_deliberation     panel       deliberated yes
consult                 sides       live        yes
answer_consultation     own_people  live        yes
leave_chamber           own_people  live        yes
lock_chamber            sides       live        yes
caucus                  mediator    caucus      yes
show_evidence           shower      show        yes
turn_page               showing     show        yes
play_evidence           showing     show        yes
hide_evidence           showing     show        yes
opine                   sides       heard       yes
allow_drawing           lead        show        yes
draw                    drawer      show        yes
clear_drawing           manager     show        yes
tick                    manager     checklist   yes
set_record_mode         mediator    mode        yes
write_sheet             manager     mediating   yes
read_back               manager     mediating   yes
sign                    signer      mediating   yes
refuse_signing          refuser     mediating   yes
fail_mediation          mediator    failing     yes
call_roll               lead        roll        yes
confirm_presence        site        open        yes
";

/// The names of all asks, in the order of the table.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    TABLE.lines().skip(2).filter_map(|line| line.split_whitespace().next())
}

impl Law {
    /// Whether the table gives somebody the right to an ask now.
    pub(crate) fn has_right(&self, who: ParticipantId, ask: &str) -> bool {
        let Some(figure) = self.people.get(&who) else { return false };
        let row = TABLE.lines().find(|line| line.split_whitespace().next() == Some(ask));
        let words: Vec<_> = row.unwrap_or_default().split_whitespace().collect();
        let [_, role, when, inside] = *words.as_slice() else { return false };
        figure.page
            && figure.at != At::Expelled
            && self.stage != Stage::Closed
            && (inside == "no" || figure.at == At::Inside)
            && self.is_of(role, who, figure)
            && self.is_time(when)
    }

    fn is_of(&self, column: &str, who: ParticipantId, figure: &Figure) -> bool {
        let role = figure.role;
        let lead = self.leads(role);
        let sides = role.is_party() || role.is_for_party();
        let interprets = matches!(role, Role::Interpreter | Role::SignInterpreter);
        let mediator = lead || matches!(role, Role::ChairMediator | Role::Mediator);
        match column {
            "lead" => lead,
            "clerk" => lead || matches!(role, Role::Clerk | Role::JudgeAssistant),
            "keeper" => lead || role == Role::Clerk,
            "others" => !role.is_court(),
            "sides" => sides,
            "concerned" => {
                !role.is_court()
                    && !role.only_watches()
                    && !matches!(role, Role::Attendant | Role::Visitor)
            }
            "voice" => !matches!(role, Role::Gallery | Role::Media),
            "holder" => lead || self.floor == Some(who),
            // On paper, for who has no page, the clerk's work.
            "witnessing" => role.is_called() || self.notes_paper(role),
            "refuser" => sides || self.notes_paper(role),
            "online" => !figure.in_court,
            "manager" => self.manages(role),
            "own_people" => sides || interprets,
            "mediator" => mediator,
            "shower" => self.manages(role) || (sides && figure.leave),
            "showing" => {
                self.manages(role) || self.shown.as_ref().is_some_and(|shown| shown.by == who)
            }
            "drawer" => self.manages(role) || figure.draws,
            "signer" => mediator || sides || self.notes_paper(role),
            "site" => role == Role::Learner && self.brief.kind == Kind::Lecture,
            "panel" => self.is_of_the_panel(role),
            _ => false,
        }
    }

    /// Who does the clerk's work.
    pub(crate) fn notes_paper(&self, role: Role) -> bool {
        self.leads(role) || matches!(role, Role::Clerk | Role::JudgeAssistant)
    }

    fn is_time(&self, column: &str) -> bool {
        let stage = self.stage;
        let live = !matches!(stage, Stage::Scheduled | Stage::Closed);
        let mediation = self.brief.kind == Kind::Mediation;
        match column {
            "scheduled" => stage == Stage::Scheduled,
            "live" => live,
            "settled" => live && stage != Stage::Opening,
            "check_in" => stage == Stage::CheckIn,
            "looking" => {
                let apart = stage == Stage::Deliberation || self.caucus.is_some();
                live && stage != Stage::Opening && !apart
            }
            "before" => matches!(stage, Stage::CheckIn | Stage::PreTrial),
            "open" => stage.is_open(),
            "session" => stage == Stage::InSession,
            "rolling" => matches!(stage, Stage::InSession | Stage::TechInterrupted),
            "pause" => stage.is_open() && stage != Stage::InSession,
            "talk" => self.is_talk(),
            "heard" => {
                let ground = Ground::NonPublicEvidence;
                stage == Stage::InSession || stage == Stage::Recess { ground }
            }
            "caucus" => self.may_caucus(),
            "show" => self.may_show(),
            "checklist" => {
                mediation
                    && (matches!(stage, Stage::CheckIn | Stage::PreTrial | Stage::InSession)
                        || matches!(stage, Stage::Recess { .. }))
            }
            "mode" => mediation && matches!(stage, Stage::CheckIn | Stage::PreTrial),
            "mediating" => self.is_mediating(),
            "failing" => self.is_mediating() || (mediation && live && stage != Stage::Opening),
            "deliberated" => live && self.was_deliberated(),
            "roll" => self.brief.kind == Kind::Lecture && stage == Stage::InSession,
            _ => false,
        }
    }

    /// A side may be spoken with alone: in a mediation, and in a hearing's that is off the record.
    pub(crate) fn may_caucus(&self) -> bool {
        let ground = Ground::UnrecordedMediation;
        self.stage == Stage::Recess { ground }
            || (self.stage == Stage::InSession && self.brief.kind == Kind::Mediation)
    }

    pub(crate) fn is_mediating(&self) -> bool {
        self.may_caucus()
            || (self.stage == Stage::InSession && self.phase == Some(Phase::Mediation))
    }

    pub(crate) fn may_show(&self) -> bool {
        self.is_talk() || self.stage == Stage::TechInterrupted
    }

    /// Somebody's own people may talk among themselves: before opening, in a recess, while the
    /// panel deliberates, and while the mediators talk with the other side.
    pub(crate) fn may_consult(&self, who: ParticipantId) -> bool {
        let ground = Ground::Recess;
        let rest = matches!(self.stage, Stage::CheckIn | Stage::PreTrial | Stage::Deliberation)
            || self.stage == Stage::Recess { ground };
        self.inside(who) && (rest || self.waits(who))
    }

    /// Whether somebody waits while the mediators talk with one side alone.
    pub(crate) fn waits(&self, who: ParticipantId) -> bool {
        self.inside(who) && self.caucus.is_some_and(|side| !self.joins(who, side))
    }

    /// Who goes along when the mediators talk with one side alone.
    pub(crate) fn joins(&self, who: ParticipantId, side: model::Side) -> bool {
        let Some(figure) = self.people.get(&who) else { return false };
        let role = figure.role;
        if role.is_court() {
            return self.manages(role) || role == Role::Adviser;
        }
        let interprets = matches!(role, Role::Interpreter | Role::SignInterpreter);
        let outside = role.is_called() || role.only_watches();
        !outside && self.side(who).map_or(interprets, |own| own == side)
    }
}
