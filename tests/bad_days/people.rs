//! Codes and devices that are not what they should be.
//!
//! What is not here: expiry of codes, which needs another clock: see the tests of the docket.

use protocol::Bye;
use serde_json::{Value, json};

use crate::house::House;

#[tokio::test]
async fn a_code_works_once_and_on_one_device() {
    let house = House::open().await;
    let (code, seat) = house.seat("plaintiff");
    let mut first = house.client();
    let mut second = house.client();

    let wrong = second.join("00000000").await;
    assert!((400..500).contains(&wrong.status), "{wrong:?}");
    assert_eq!(wrong.body["why"], "code_unknown");
    assert!(wrong.body["zh"].as_str().is_some_and(|text| text.ends_with('。')), "{wrong:?}");
    for nonsense in ["", "1", "abcdefgh", "123456789012345678901234567890"] {
        assert!(second.join(nonsense).await.status >= 400, "{nonsense}");
    }

    let spaced = format!("{} {}", &code[..4], &code[4..]);
    let pass = first.join(&spaced).await;
    assert_eq!(pass.status, 200, "{pass:?}");
    assert_eq!(pass.body["participant"], seat);
    let me = first.ask("GET", "/api/me", &Value::Null).await;
    assert_eq!(me.body["kind"], "seat", "{me:?}");

    let used = second.join(&code).await;
    assert_eq!(used.body["why"], "code_used", "{used:?}");
    assert_eq!(second.turned_away(house.hearing()).await, Some(4004));

    let mut page = first.page(house.hearing()).await;
    let mut window = first.page(house.hearing()).await;
    let (bye, close) = page.end().await;
    assert_eq!((bye, close), (Some(Bye::Replaced), Some(4001)));
    window.say(&protocol::ClientMessage::Bye {}).await;
}

#[tokio::test]
async fn a_new_code_ends_the_former_code_and_device() {
    let house = House::open().await;
    let (code, seat) = house.seat("defendant");
    let mut device = house.client();
    assert_eq!(device.join(&code).await.status, 200);
    let mut page = device.page(house.hearing()).await;

    let (name, password) = house.account("clerk");
    let mut clerk = house.client();
    assert_eq!(clerk.sign_in(&name, &password).await.status, 200);
    let path = format!("/api/hearings/{}/participants/{seat}/code", house.hearing());
    let issued = clerk.ask("POST", &path, &Value::Null).await;
    assert_eq!(issued.status, 200, "{issued:?}");
    let fresh = issued.body["code"].as_str().expect("a code").to_owned();
    assert_ne!(fresh, code);

    let (bye, _) = page.end().await;
    assert_eq!(bye, Some(Bye::SignInNeeded));
    assert_eq!(device.turned_away(house.hearing()).await, Some(4004));
    assert!(house.client().join(&code).await.status >= 400, "the former code is out");
    assert_eq!(house.client().join(&fresh).await.status, 200);
    let stranger = house.client().ask("POST", &path, &Value::Null).await;
    assert!(stranger.status >= 400, "only staff issue codes: {stranger:?}");
}

#[tokio::test]
async fn guessing_is_slowed_down() {
    let house = House::open().await;
    let mut guesser = house.client();
    let mut last = Value::Null;
    for number in 0..12 {
        let answer = guesser.join(&format!("{:08}", 11_111_111 + number)).await;
        assert!(answer.status >= 400);
        last = answer.body["why"].clone();
    }
    assert_eq!(last, "sign_in_locked");
    let mut forgetful = house.client();
    let (name, _) = house.account("judge");
    for _ in 0..10 {
        let answer = forgetful.sign_in(&name, "not the password").await;
        assert!(answer.status >= 400);
        last = answer.body["why"].clone();
    }
    assert_eq!(last, "sign_in_locked");
}

#[tokio::test]
async fn the_api_refuses_nonsense_in_both_languages() {
    let house = House::open().await;
    let mut nobody = house.client();
    for (method, path) in [
        ("GET", "/api/docket"),
        ("GET", "/api/archive"),
        ("GET", "/api/archive/1"),
        ("GET", "/api/archive/999999/1/camera"),
        ("GET", "/api/ops"),
        ("POST", "/api/hearings/1/participants/1/code"),
    ] {
        let answer = nobody.ask(method, path, &Value::Null).await;
        assert!((400..500).contains(&answer.status), "{path}: {answer:?}");
        assert!(answer.body["en"].is_string(), "{path}: {answer:?}");
        assert!(answer.body["zh"].is_string(), "{path}: {answer:?}");
    }
    for body in [json!({}), json!({"code": 5}), json!({"code": "1", "more": 1}), json!([1])] {
        let answer = nobody.ask("POST", "/api/join", &body).await;
        assert!((400..500).contains(&answer.status), "{body}: {answer:?}");
    }
    let long = json!({ "code": "1".repeat(3_000_000) });
    assert!(nobody.ask("POST", "/api/join", &long).await.status >= 400);
    let health = nobody.ask("GET", "/health", &Value::Null).await;
    assert_eq!(health.status, 200);
}
