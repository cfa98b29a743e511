//! One example of each body of the desk: stations, duty, calls, help.
//! What is not here: the other bodies.

use model::{
    CallId, CallState, Direction, HearingId, Kind, MediaPath, Role, SiteId, Stage, StationId,
    TicketId, TicketState, Wanted,
};
use protocol::{
    CallView, CloseTicket, DeskPicture, Duty, DutyPerson, DutyPicture, DutyTurn, Enrol, Help,
    HelpFacts, NewStation, NewTurn, Ring, RingBack, StaffKind, StationCode, StationFace,
    StationLine, StationList, StationPass, StationSitting, Ticket,
};

use super::{AT, WHO, body, private};

const STATION: StationId = StationId(2);

fn name() -> String {
    "横沟村诉讼服务站".to_owned()
}

fn tribunal() -> String {
    "贺胜人民法庭".to_owned()
}

fn call() -> CallView {
    CallView {
        call: CallId(5),
        station: STATION,
        station_name: name(),
        tribunal: tribunal(),
        direction: Direction::FromStation,
        wanted: Wanted::Judge,
        state: CallState::Accepted,
        rang_at: AT,
        staff_name: Some(private("李法官")),
        hearing: Some(HearingId(9)),
        handled: false,
    }
}

fn facts() -> HelpFacts {
    HelpFacts {
        link: true,
        media: false,
        path: Some(MediaPath::Udp),
        browser: "Chrome/120".to_owned(),
        ..HelpFacts::default()
    }
}

fn ticket() -> Ticket {
    Ticket {
        ticket: TicketId(7),
        state: TicketState::Acknowledged,
        opened_at: AT,
        hearing: Some(HearingId(1)),
        participant: Some(WHO),
        role: Some(Role::Plaintiff),
        station: None,
        place: name(),
        words: private("听不到声音"),
        facts: facts(),
        by: Some(private("王运维")),
        acknowledged_at: Some(AT),
        closed_at: None,
        outcome: private(""),
    }
}

fn picture() -> DeskPicture {
    let pass = StationPass { station: STATION, name: name(), tribunal: tribunal() };
    let sitting = StationSitting {
        hearing: HearingId(1),
        scheduled_at: AT,
        case_number: private("（2026）鄂1202民初001号"),
        kind: Kind::Mediation,
        stage: Stage::Scheduled,
    };
    let person = DutyPerson {
        tribunal: tribunal(),
        name: private("李法官"),
        staff: StaffKind::Judge,
        in_call: false,
    };
    let turn = DutyTurn {
        turn: 3,
        tribunal: tribunal(),
        name: private("李法官"),
        staff: StaffKind::Judge,
        from: AT,
        until: AT,
    };
    DeskPicture {
        server_time: AT,
        station: Some(StationFace { pass, judge: true, clerk: false, sittings: vec![sitting] }),
        duty: Some(DutyPicture {
            mine: Some(tribunal()),
            tribunals: vec![tribunal()],
            on: vec![person],
            turns: vec![turn],
        }),
        calls: vec![call()],
        past: Vec::new(),
        tickets: vec![ticket()],
    }
}

/// Writes them.
pub(super) fn bodies(text: &mut String) {
    let site = Some(SiteId(12));
    body(text, "`POST /api/stations`", &NewStation { name: name(), tribunal: tribunal(), site });
    let code = StationCode { station: STATION, code: private("12345678"), expires_at: AT };
    body(text, "its answer, and that of `POST /api/stations/{station}/code`", &code);
    let line = StationLine {
        station: STATION,
        name: name(),
        tribunal: tribunal(),
        site,
        enrolled: true,
        online: true,
        seen_at: Some(AT),
    };
    body(text, "`GET /api/stations`", &StationList { stations: vec![line] });
    body(text, "`POST /api/station/enrol`", &Enrol { code: private("1234 5678") });
    body(text, "every event of `GET /api/desk`", &picture());
    body(text, "`POST /api/duty`, and its answer", &Duty { tribunal: Some(tribunal()) });
    let turn = NewTurn { tribunal: tribunal(), account: "judge".to_owned(), from: AT, until: AT };
    body(text, "`POST /api/duty/turns`", &turn);
    body(text, "`POST /api/calls`", &Ring { wanted: Wanted::Judge });
    body(text, "`POST /api/calls/back`, `POST /api/calls/handled`", &RingBack { station: STATION });
    body(text, "the answer of every path under `/api/calls`", &call());
    let help = Help { words: private("听不到声音"), facts: facts() };
    body(text, "`POST /api/help`", &help);
    body(
        text,
        "`POST /api/help/{ticket}/close`",
        &CloseTicket { outcome: private("换了耳机，已能听到") },
    );
}
