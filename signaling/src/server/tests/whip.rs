//! WHIP by the letter of RFC 9725: each row is a request, the section it is about, and what must
//! come back. WHEP has the same rows, as its draft takes them from the RFC.
//!
//! What is not here: media; the sfu of these tests answers whatever looks like an offer.

use model::letters::OfferForm;
use model::{ParticipantId, Private, Role};

use super::*;

const OFFER: &str = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\n\
    m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=ice-ufrag:EsAw\r\n\
    a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\n";
const UNUSABLE: &str = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n";
const TRICKLED: &str = "a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n\
    m=audio 9 RTP/AVP 0\r\na=mid:0\r\na=candidate:1 1 udp 1 192.0.2.1 61764 typ host\r\n";
const RESTART: &str = "a=ice-ufrag:ysXw\r\na=ice-pwd:vw5LmwG4y/e6dPP/zAP9Gp5k\r\n";

/// One row: section, request line, headers, body, status, and what head or body must hold. What
/// stands in braces is filled in from earlier answers.
type Row<'a> = (&'a str, &'a str, &'a [&'a str], &'a str, u16, &'a [&'a str]);

const SDP: &str = "Content-Type: application/sdp";
const FRAGMENT: &str = "Content-Type: application/trickle-ice-sdpfrag";
const TOKEN: &str = "Authorization: Bearer {code}";

/// A device at the door: what it knows, and how it asks.
struct Device<'a> {
    house: &'a House,
    known: Vec<(&'static str, String)>,
}

impl Device<'_> {
    fn fill(&self, text: &str) -> String {
        let fill = |text: String, (name, value): &(&str, String)| text.replace(name, value);
        self.known.iter().fold(text.to_owned(), fill)
    }

    fn know(&mut self, name: &'static str, value: &str) {
        self.known.retain(|(known, _)| *known != name);
        self.known.push((name, value.to_owned()));
    }

    /// One request over a connection of its own, without cookie and origin: the whole answer.
    async fn ask(&self, head: &str, headers: &[&str], body: &str) -> String {
        let mut stream = self.house.connect().await;
        let headers: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
        let request = self.fill(&format!(
            "{head} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\
             Content-Length: {}\r\n\r\n",
            body.len()
        ));
        stream.write_all(request.as_bytes()).await.unwrap();
        // A body that is too long is not read to its end.
        if let Err(fault) = stream.write_all(body.as_bytes()).await {
            assert!(body.len() > 1_000, "{fault}");
        }
        let mut answer = Vec::new();
        timeout(PATIENCE, stream.read_to_end(&mut answer)).await.unwrap().unwrap();
        String::from_utf8(answer).unwrap()
    }

    async fn row(&mut self, row: Row<'_>) {
        let (section, head, headers, body, status, held) = row;
        let answer = self.ask(head, headers, body).await;
        let said = answer.split(' ').nth(1);
        assert_eq!(said, Some(&*status.to_string()), "RFC 9725 {section}, {head}: {answer}");
        for part in held {
            let part = self.fill(part);
            assert!(answer.contains(&part), "RFC 9725 {section}, {head}: {part}\n{answer}");
        }
        let value =
            |name: &str| answer.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
        if let Some(tag) = value("etag: ") {
            let former = self.known.iter().find(|(name, _)| *name == "{etag}").cloned();
            if let Some((_, former)) = former {
                assert_ne!(former, tag, "RFC 9725 {section}: a new ICE session has a new name");
                self.know("{stale}", &former);
            }
            self.know("{etag}", &tag);
        }
        if let Some(location) = value("location: ") {
            self.know("{session}", &location);
        }
    }
}

/// What the sfu was told, in short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Offer(ParticipantId, u32, OfferForm),
    Drop(ParticipantId),
}

/// Answers offers in place of the sfu. Each answer has other credentials.
fn false_sfu(house: &mut House) -> mpsc::Receiver<Told> {
    let (_, never) = mpsc::channel(1);
    let mut orders = core::mem::replace(&mut house.others.orders, never);
    let notices = house.others.notices.clone();
    let (tell, told) = mpsc::channel(64);
    tokio::spawn(async move {
        let mut count = 0;
        while let Some(order) = orders.recv().await {
            let event = match order {
                Order::Offer { hearing, participant, request, connection, sdp, form, .. } => {
                    count += 1;
                    let notice = if sdp.reveal().contains("m=audio") {
                        let sdp = Private::new(format!(
                            "v=0\r\na=group:BUNDLE 0 1\r\na=ice-lite\r\n\
                             m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=candidate:1 1 udp 1 192.0.2.9 1 \
                             typ host\r\na=ice-ufrag:server{count}\r\na=mid:0\r\n\
                             m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\n"
                        ));
                        Notice::Answer { hearing, participant, request, connection, sdp }
                    } else {
                        let why = Refusal::OfferUnusable;
                        Notice::OfferRefused { hearing, participant, request, why }
                    };
                    notices.send(notice).await.unwrap();
                    Told::Offer(participant, connection, form)
                }
                Order::Drop { participant, .. } => Told::Drop(participant),
                Order::Open { .. }
                | Order::Grants { .. }
                | Order::Tiles { .. }
                | Order::Close { .. } => continue,
            };
            if tell.send(event).await.is_err() {
                return;
            }
        }
    });
    told
}

impl House {
    async fn code(&self, seat: ParticipantId) -> String {
        let issued = self.court.docket.issue_code(self.court.entry.hearing, seat, wall()).await;
        issued.unwrap().unwrap().code.reveal().clone()
    }

    fn device(&self, code: &str) -> Device<'_> {
        let hearing = self.court.entry.hearing.0;
        let known = vec![
            ("{code}", code.to_owned()),
            ("{door}", format!("/whip/{hearing}")),
            ("{other}", format!("/whip/{}", hearing + 1)),
            ("{viewers}", format!("/whep/{hearing}")),
        ];
        Device { house: self, known }
    }
}

async fn next(told: &mut mpsc::Receiver<Told>) -> Told {
    timeout(PATIENCE, told.recv()).await.unwrap().unwrap()
}

/// What needs no session.
const AT_THE_DOOR: &[Row<'static>] = &[
    ("4.2", "OPTIONS {door}", &[], "", 200, &["accept-post: application/sdp", "allow-origin: *"]),
    ("4.2", "GET {door}", &[TOKEN], "", 405, &["allow: OPTIONS, POST"]),
    ("4.2", "PUT {door}", &[TOKEN, SDP], OFFER, 405, &[]),
    ("4.2", "DELETE {door}", &[TOKEN], "", 405, &[]),
    ("4.2", "GET {door}/x", &[TOKEN], "", 405, &["allow: DELETE, OPTIONS, PATCH"]),
    ("4.2", "POST {door}/x", &[TOKEN, SDP], OFFER, 405, &[]),
    ("4.7", "POST {door}", &[SDP], OFFER, 401, &["www-authenticate: Bearer"]),
    ("4.7", "POST {door}", &[SDP, "Authorization: Basic YTpi"], OFFER, 401, &[]),
    ("4.7", "POST {door}", &[SDP, "Authorization: Bearer 00000000"], OFFER, 401, &[]),
    ("4.7", "POST {door}", &[SDP, "Authorization: Bearer guess"], OFFER, 401, &["allow-origin: *"]),
    ("4.7", "POST {other}", &[SDP, TOKEN], OFFER, 403, &[]),
    ("4.7", "POST {viewers}", &[SDP, TOKEN], OFFER, 403, &[]),
    ("4.2", "POST {door}", &[TOKEN], OFFER, 415, &[]),
    ("4.2", "POST {door}", &[TOKEN, "Content-Type: application/json"], "{}", 415, &[]),
    ("4.2", "POST {door}", &[TOKEN, SDP, "Accept: text/html"], OFFER, 406, &[]),
    ("4.2", "POST {door}", &[TOKEN, SDP], "hello", 400, &["malformed"]),
    ("4.4.3", "POST {door}", &[TOKEN, SDP], UNUSABLE, 422, &["offer_unusable"]),
    ("4.3", "PATCH {door}/x", &[TOKEN, FRAGMENT, "If-Match: \"a\""], TRICKLED, 404, &[]),
    ("4.2", "DELETE {door}/x", &[TOKEN], "", 404, &[]),
];

/// A session from its beginning to its end.
const INSIDE: &[Row<'static>] = &[
    (
        "4.2",
        "POST {door}",
        &[TOKEN, SDP, "Accept: application/sdp"],
        OFFER,
        201,
        &["content-type: application/sdp", "location: {door}/", "etag: \"", "ufrag:server"],
    ),
    ("4.2", "OPTIONS {session}", &[], "", 200, &["accept-patch: application/trickle-ice-sdpfrag"]),
    ("4.7", "PATCH {session}", &[FRAGMENT, "If-Match: {etag}"], TRICKLED, 401, &[]),
    ("4.3", "PATCH {session}", &[TOKEN, SDP, "If-Match: {etag}"], TRICKLED, 415, &[]),
    ("4.3.1", "PATCH {session}", &[TOKEN, FRAGMENT], TRICKLED, 428, &[]),
    ("4.3", "PATCH {session}", &[TOKEN, FRAGMENT, "If-Match: {etag}"], "hello", 400, &[]),
    ("4.3.1", "PATCH {session}", &[TOKEN, FRAGMENT, "If-Match: \"old\""], TRICKLED, 412, &[]),
    ("4.3.2", "PATCH {session}", &[TOKEN, FRAGMENT, "If-Match: {etag}"], TRICKLED, 204, &[]),
    ("4.3.2", "PATCH {session}", &[TOKEN, FRAGMENT, "If-Match: {etag}"], RESTART, 400, &[]),
    ("4.3.3", "PATCH {session}", &[TOKEN, FRAGMENT, "If-Match: *"], TRICKLED, 400, &[]),
    (
        "4.3.3",
        "PATCH {session}",
        &[TOKEN, FRAGMENT, "If-Match: \"*\""],
        RESTART,
        200,
        &[
            "content-type: application/trickle-ice-sdpfrag",
            "etag: \"",
            "a=ice-lite",
            "ufrag:server",
        ],
    ),
    ("4.3.1", "PATCH {session}", &[TOKEN, FRAGMENT, "If-Match: {stale}"], TRICKLED, 412, &[]),
    ("4.3.2", "PATCH {session}", &[TOKEN, FRAGMENT, "If-Match: {etag}"], RESTART, 204, &[]),
    ("4.2", "DELETE {session}", &[TOKEN, "If-Match: \"ignored\""], "", 200, &[]),
    ("4.2", "DELETE {session}", &[TOKEN], "", 404, &[]),
    ("4.3", "PATCH {session}", &[TOKEN, FRAGMENT, "If-Match: {etag}"], TRICKLED, 404, &[]),
];

#[tokio::test]
async fn whip_is_answered_by_the_letter() {
    let mut house = House::new().await;
    let mut told = false_sfu(&mut house);
    let plaintiff = house.court.seats().plaintiff;
    let code = house.code(plaintiff).await;
    let mut device = house.device(&code);
    for row in AT_THE_DOOR {
        device.row(*row).await;
    }
    let refused = Told::Offer(plaintiff, 1, OfferForm::Encoder);
    assert_eq!(next(&mut told).await, refused, "the one that could not be used");
    let large = "x".repeat(200_000);
    device.row(("4.2", "POST {door}", &[TOKEN, SDP], &large, 413, &[])).await;
    for row in INSIDE {
        device.row(*row).await;
    }
    let first = next(&mut told).await;
    assert!(matches!(first, Told::Offer(who, _, OfferForm::Encoder) if who == plaintiff));
    assert_eq!(next(&mut told).await, first, "a restart stays on its connection");
    assert_eq!(next(&mut told).await, Told::Drop(plaintiff), "nobody is there any more");
}

#[tokio::test]
async fn a_second_call_replaces_the_first_and_a_new_code_ends_both() {
    let mut house = House::new().await;
    let mut told = false_sfu(&mut house);
    let plaintiff = house.court.seats().plaintiff;
    let code = house.code(plaintiff).await;
    let mut device = house.device(&code);
    let call: Row<'_> = ("4.2", "POST {door}", &[TOKEN, SDP], OFFER, 201, &[]);
    device.row(call).await;
    assert_eq!(next(&mut told).await, Told::Offer(plaintiff, 1, OfferForm::Encoder));
    let first = device.fill("{session}");
    device.row(call).await;
    let second = Told::Offer(plaintiff, 2, OfferForm::Encoder);
    assert_eq!(next(&mut told).await, second, "a new connection beside the old, not in its place");
    device.know("{former}", &first);
    // The former session ends in its own time.
    while device.ask("DELETE {former}", &[TOKEN], "").await.contains(" 200 ") {}
    device
        .row(("4.2", "PATCH {session}", &[TOKEN, FRAGMENT, "If-Match: {etag}"], TRICKLED, 204, &[]))
        .await;

    let clerk = house.sign_in("clerk").await;
    let path =
        format!("/api/hearings/{}/participants/{}/code", house.court.entry.hearing.0, plaintiff.0);
    let head = format!("POST {path} HTTP/1.1\r\nCookie: {clerk}\r\nX-Rest:");
    assert!(house.http(&head, "").await.starts_with("HTTP/1.1 200"));
    assert_eq!(next(&mut told).await, Told::Drop(plaintiff));
    device.row(("4.7", "DELETE {session}", &[TOKEN], "", 401, &[])).await;
}

#[tokio::test]
async fn an_encoder_checks_in_as_soon_as_it_can() {
    let mut house = House::new().await;
    let mut told = false_sfu(&mut house);
    let seats = house.court.seats();
    let code = house.code(seats.plaintiff).await;
    house.device(&code).row(("4.2", "POST {door}", &[TOKEN, SDP], OFFER, 201, &[])).await;
    assert_eq!(next(&mut told).await, Told::Offer(seats.plaintiff, 1, OfferForm::Encoder));
    let mut judge = house.page(&house.sign_in("judge").await).await;
    say(&mut judge, &ClientMessage::Ask { request: 1, ask: Ask::OpenCheckIn }).await;
    let who = seats.plaintiff;
    house
        .record_until(|fact| {
            matches!(fact, Fact::Arrived { who: arrived, others_present, .. }
                if *arrived == who && others_present.reveal().contains("encoder"))
        })
        .await;
    loop {
        if let ServerMessage::View { view } = hear(&mut judge).await
            && let Some(person) = view.people.iter().find(|person| person.id == who)
            && person.checked_in
        {
            assert_eq!((person.role, person.online, person.tested), (Role::Plaintiff, true, true));
            break;
        }
    }
}
