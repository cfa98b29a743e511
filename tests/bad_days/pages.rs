//! Pages that break the protocol, and strangers at the door.
//!
//! What is not here: links that break by themselves.

use model::{Ask, Refusal};
use protocol::{Bye, ClientMessage, RequestOutcome, ServerMessage, VERSION};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::house::{Client, DEADLINE, House};

async fn seated(house: &House) -> Client {
    let mut client = house.client();
    assert_eq!(client.join(&house.seat("plaintiff").0).await.status, 200);
    client
}

#[tokio::test]
async fn broken_messages_end_the_socket_and_nothing_else() {
    let mut house = House::open().await;
    let client = seated(&house).await;
    let deep = "[".repeat(20_000);
    let large = format!("{{\"type\":\"pong\",\"number\":1,\"x\":\"{}\"}}", "y".repeat(300_000));
    for text in [
        "",
        "nonsense",
        "{}",
        "null",
        "{\"type\":\"dance\"}",
        "{\"type\":\"pong\"}",
        "{\"type\":\"pong\",\"number\":-1}",
        "{\"type\":\"pong\",\"number\":1,\"more\":true}",
        "{\"type\":\"ask\",\"request\":1,\"ask\":{\"do\":\"dance\"}}",
        "{\"type\":\"ask\",\"request\":1,\"ask\":{\"do\":\"open\",\"now\":1}}",
        "{\"type\":\"hello\",\"version\":1}",
        &deep,
        &large,
    ] {
        let mut page = client.page(house.hearing()).await;
        page.send(text).await;
        let (bye, _) = page.end().await;
        let shown: String = text.chars().take(80).collect();
        // A server may stop reading an oversized message and drop the line without a word.
        let oversized = text.len() > model::limits::MESSAGE_BYTES_MAX;
        assert!(bye == Some(Bye::Violation) || oversized, "{shown}: {bye:?}");
    }
    let mut page = client.page(house.hearing()).await;
    page.send_bytes(&[0xFF; 100]).await;
    let (bye, _) = page.end().await;
    assert_eq!(bye, Some(Bye::Violation), "binary frames are not spoken here");
    assert!(house.is_running());
    let mut page = client.page(house.hearing()).await;
    assert!(matches!(
        page.ask(Ask::Open).await,
        RequestOutcome::Refused { why: Refusal::NotYourRight }
    ));
}

#[tokio::test]
async fn a_page_says_hello_first_and_in_the_right_version() {
    let house = House::open().await;
    let client = seated(&house).await;
    let mut page = client.try_page(house.hearing()).await.expect("the socket opens");
    page.say(&ClientMessage::Pong { number: 1 }).await;
    assert_eq!(page.end().await.0, Some(Bye::Violation));

    let mut page = client.try_page(house.hearing()).await.expect("the socket opens");
    page.say(&ClientMessage::Hello { version: VERSION + 1 }).await;
    assert_eq!(page.end().await, (Some(Bye::Version), Some(4005)));

    let mut silent = client.try_page(house.hearing()).await.expect("the socket opens");
    let (bye, close) = silent.end().await;
    assert!(bye.is_some() || close.is_some(), "a page that never says hello is sent away");
}

#[tokio::test]
async fn unusable_offers_and_floods_are_refused() {
    let house = House::open().await;
    let client = seated(&house).await;
    let mut page = client.page(house.hearing()).await;
    let offers = ["", "v=0", "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n", "\u{0}\u{1}"];
    for (sdp, request) in offers.into_iter().zip(1_u32..) {
        let offer =
            ClientMessage::Offer { request, connection: 1, sdp: sdp.into(), lines: Vec::new() };
        page.say(&offer).await;
        let outcome = loop {
            let message = page.next().await.expect("the socket stays open");
            assert!(!matches!(message, ServerMessage::Answer { .. }), "{sdp:?} was answered");
            if let ServerMessage::Outcome { request: answered, outcome } = message {
                assert_eq!(answered, request);
                break outcome;
            }
        };
        assert!(matches!(outcome, RequestOutcome::Refused { .. }), "{sdp:?}: {outcome:?}");
    }

    for request in 100..300 {
        page.say(&ClientMessage::Ask { request, ask: Ask::Hand { raised: request % 2 == 0 } })
            .await;
    }
    let (mut answered, mut too_fast) = (0, 0);
    while answered < 200 {
        match page.next().await {
            Some(ServerMessage::Outcome { outcome, .. }) => {
                answered += 1;
                let why = RequestOutcome::Refused { why: Refusal::TooFast };
                too_fast += u32::from(outcome == why);
            }
            Some(_) => (),
            None => break,
        }
    }
    assert!(too_fast > 100, "{too_fast} of {answered} were called too fast");
    drop(page);
    client.page(house.hearing()).await;
}

#[tokio::test]
async fn strangers_at_the_door_do_no_harm() {
    let house = House::open().await;
    let greetings: [&[u8]; 4] =
        [b"GET / HTTP/1.1\r\nhost: x\r\n\r\n", &[0xFF; 4096], b"\x16\x03\x01\xFF\xFF", b""];
    for greeting in greetings {
        let address = ("127.0.0.1", house.https_port());
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        stream.write_all(greeting).await.expect("it is sent");
        stream.shutdown().await.expect("our side is closed");
        let mut answer = Vec::new();
        let end = timeout(DEADLINE, stream.read_to_end(&mut answer)).await.expect("an end in time");
        let told = String::from_utf8_lossy(&answer).into_owned();
        assert!(!told.contains("200 OK"), "plain HTTP is not served: {end:?} {told}");
    }
    assert_eq!(house.client().ask("GET", "/health", &serde_json::Value::Null).await.status, 200);
}

#[tokio::test]
async fn a_taken_port_is_told_plainly() {
    let house = House::open().await;
    for key in ["https", "media"] {
        let port = if key == "https" { house.https_port() } else { house.media_port() };
        let mut second = House::closed(&format!("{key} = [\"127.0.0.1:{port}\"]"), "info");
        let status = second.run_to_end().await;
        assert!(status.code().is_some_and(|code| code != 0), "{status}");
        let log = second.log();
        assert!(log.contains(&port.to_string()), "{key}: the port is named: {log}");
        assert!(!log.contains("panicked"), "{key}: {log}");
    }
}
