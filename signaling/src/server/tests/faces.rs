//! Faces compared by an outside service, over real sockets: the answer is noted, a silent service
//! stands in nobody's way.
//! What is not here: the service's odd answers; see `crate::faces`.

use model::{IdentityMethod, Likeness, Private};
use tokio::net::TcpListener;

use super::*;

const JPEG: &str = "/9j/4AAQSkZJRg==";

/// A service that answers so many requests with this body, and then is gone.
async fn service(body: &'static str, times: u32) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/compare", listener.local_addr().unwrap());
    tokio::spawn(async move {
        for _ in 0..times {
            let (mut stream, _) = listener.accept().await.unwrap();
            let (mut read, mut buffer) = (Vec::new(), [0; 4_096]);
            while !String::from_utf8_lossy(&read).contains(JPEG) {
                let count = stream.read(&mut buffer).await.unwrap();
                read.extend_from_slice(&buffer[..count]);
            }
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
            stream.write_all(head.as_bytes()).await.unwrap();
            stream.write_all(body.as_bytes()).await.unwrap();
        }
    });
    url
}

/// A clerk and a plaintiff who has checked in.
async fn checked_in(house: &mut House, clerk: &str) -> (Socket, Socket) {
    let mut page = house.page(clerk).await;
    let mut party = house.page(&house.join().await).await;
    say(&mut page, &ClientMessage::Ask { request: 1, ask: Ask::OpenCheckIn }).await;
    house.record_until(|fact| matches!(fact, Fact::Arrived { .. })).await;
    let ask = Ask::CheckIn {
        discipline: true,
        others_present: Private::default(),
        camera: true,
        microphone: true,
        faults: Vec::new(),
        version: String::new(),
    };
    say(&mut party, &ClientMessage::Ask { request: 1, ask }).await;
    house.record_until(|fact| matches!(fact, Fact::Arrived { .. })).await;
    assert_eq!(outcome(&mut party, 1).await, RequestOutcome::Done {});
    (page, party)
}

/// Posts a face with a cookie; the whole answer.
async fn compare(house: &House, cookie: &str, picture: &str) -> String {
    let (hearing, who) = (house.court.entry.hearing.0, house.court.seats().plaintiff.0);
    let body = format!("{{\"picture\":\"{picture}\",\"document_number\":\"4212\"}}");
    let host = format!("localhost:{}", house.port());
    let head = format!(
        "POST /api/hearings/{hearing}/participants/{who}/face HTTP/1.1\r\nHost: {host}\r\n\
         Origin: https://{host}\r\nCookie: {cookie}\r\nConnection: close\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = house.connect().await;
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut answer)).await.unwrap().unwrap();
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn what_the_service_says_is_noted_and_an_identity_is_checked_by_the_clerk() {
    let url = service(r#"{"likeness":"same","score":912,"reference":"F-17"}"#, 1).await;
    let mut house = House::of(reach(), Some(url)).await;
    let clerk = house.sign_in("clerk").await;
    let (mut page, _party) = checked_in(&mut house, &clerk).await;
    let answer = {
        let asked = compare(&house, &clerk, JPEG).await;
        house
            .record_until(|fact| {
                let Fact::FaceCompared { comparison, .. } = fact else { return false };
                assert_eq!(comparison.likeness, Likeness::Same);
                assert_eq!((comparison.score, comparison.reference.as_str()), (Some(912), "F-17"));
                true
            })
            .await;
        asked
    };
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("F-17"), "{answer}");
    // The service is gone now: that is said, and every other way stays open.
    let silent = compare(&house, &clerk, JPEG).await;
    assert!(silent.starts_with("HTTP/1.1 503") && silent.contains("outside_silent"), "{silent}");
    let who = house.court.seats().plaintiff;
    let note = Private::from("F-17");
    let ask = Ask::CheckIdentity { who, method: IdentityMethod::FaceMatch, note };
    say(&mut page, &ClientMessage::Ask { request: 2, ask }).await;
    house.record_until(|fact| matches!(fact, Fact::IdentityChecked { .. })).await;
    assert_eq!(outcome(&mut page, 2).await, RequestOutcome::Done {});
}

#[tokio::test]
async fn only_who_checks_identities_may_ask_and_only_with_a_picture() {
    let url = service("{}", 0).await;
    let mut house = House::of(reach(), Some(url)).await;
    let clerk = house.sign_in("clerk").await;
    let early = compare(&house, &clerk, JPEG).await;
    assert!(early.contains("wrong_stage"), "the hearing is not live: {early}");
    let (_page, _party) = checked_in(&mut house, &clerk).await;
    let odd = compare(&house, &clerk, "bm8gSlBFRw==").await;
    assert!(odd.starts_with("HTTP/1.1 415"), "{odd}");
    let stranger = house.sign_in("stranger").await;
    assert!(compare(&house, &stranger, JPEG).await.starts_with("HTTP/1.1 404"));
    let party = house.join().await;
    assert!(compare(&house, &party, JPEG).await.starts_with("HTTP/1.1 4"));
    let plain = House::new().await;
    let clerk = plain.sign_in("clerk").await;
    assert!(
        compare(&plain, &clerk, JPEG).await.starts_with("HTTP/1.1 404"),
        "nobody is configured"
    );
}
