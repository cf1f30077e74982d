//! Joining and signing in with a code by SMS.

use chrono::TimeDelta;
use proto::membership::v1::{CodePurpose, EndMemberSessionRequest, ListMemberSessionsRequest};

use crate::common::{Club, E164, PHONE, reason};

#[tokio::test]
async fn a_code_by_sms_joins_once_and_then_signs_in() {
    let club = Club::open().await;
    let joined = club.join("phone", PHONE, "王小明").await;
    assert_eq!(joined.me.phone.as_deref(), Some(E164));
    assert_eq!(joined.me.name, "王小明");
    assert!(club.lives(&joined.session).await);

    club.advance(TimeDelta::minutes(2));
    let again = club.join("laptop", "0911-123-456", "somebody else").await;
    assert_eq!(again.me.member_id, joined.me.member_id);
    assert_eq!(again.me.name, "王小明", "signing in changes no name");
    assert_eq!(club.count("SELECT count(*) FROM members").await, 1);
    // Neither the code nor the secret of a session is stored.
    let stored = "SELECT count(*) FROM member_codes WHERE code_hash IS NOT NULL";
    assert_eq!(club.count(stored).await, 0, "a used code is forgotten");
}

#[tokio::test]
async fn a_wrong_a_used_and_an_old_code_sign_nobody_in() {
    let club = Club::open().await;
    let guest = club.guest("phone");
    let request = |code: &str| club.sign_in_request(PHONE, code, "");
    let nothing = club.sign_in("phone", request("123456")).await;
    assert_eq!(reason(nothing), "OTP_EXPIRED");

    club.request_code(&guest, PHONE, CodePurpose::SignIn)
        .await
        .unwrap();
    let code = club.code(E164).await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        assert_eq!(
            reason(club.sign_in("phone", request(wrong)).await),
            "OTP_INVALID"
        );
    }
    assert_eq!(
        reason(club.sign_in("phone", request(&code)).await),
        "OTP_EXPIRED"
    );

    club.advance(TimeDelta::minutes(1));
    club.request_code(&guest, PHONE, CodePurpose::SignIn)
        .await
        .unwrap();
    let code = club.code(E164).await;
    club.advance(TimeDelta::minutes(5));
    assert_eq!(
        reason(club.sign_in("phone", request(&code)).await),
        "OTP_EXPIRED"
    );
    assert_eq!(club.count("SELECT count(*) FROM members").await, 0);
}

#[tokio::test]
async fn codes_are_sent_once_a_minute_and_five_times_a_day() {
    let club = Club::open().await;
    let guest = club.guest("phone");
    for _ in 0..5 {
        club.request_code(&guest, PHONE, CodePurpose::SignIn)
            .await
            .unwrap();
        let again = club.request_code(&guest, PHONE, CodePurpose::SignIn).await;
        assert_eq!(reason(again), "RATE_LIMITED");
        club.advance(TimeDelta::minutes(1));
    }
    let sixth = club.request_code(&guest, PHONE, CodePurpose::SignIn).await;
    assert_eq!(reason(sixth), "RATE_LIMITED");
    assert_eq!(club.texts(E164).await.len(), 5);
    club.advance(TimeDelta::days(1));
    club.request_code(&guest, PHONE, CodePurpose::SignIn)
        .await
        .unwrap();
}

#[tokio::test]
async fn one_network_cannot_have_codes_sent_to_everybody() {
    let club = Club::open().await;
    let guest = club.guest("phone");
    for number in 0..30 {
        let phone = format!("09110000{number:02}");
        club.request_code(&guest, &phone, CodePurpose::SignIn)
            .await
            .unwrap();
    }
    let more = club
        .request_code(&guest, "0911000099", CodePurpose::SignIn)
        .await;
    assert_eq!(reason(more), "RATE_LIMITED");
}

#[tokio::test]
async fn nobody_joins_without_the_terms_or_with_a_birthday_to_come() {
    let club = Club::open().await;
    let guest = club.guest("phone");
    club.request_code(&guest, PHONE, CodePurpose::SignIn)
        .await
        .unwrap();
    let code = club.code(E164).await;
    let mut request = club.sign_in_request(PHONE, &code, "王小明");
    request.birthday = "2026-09-03".to_owned();
    let refused = club.sign_in("phone", request.clone()).await;
    assert_eq!(
        reason(refused),
        "BIRTHDAY_INVALID",
        "and the code is still good"
    );
    request.birthday = String::new();
    let consents = std::mem::take(&mut request.consents);
    assert_eq!(
        reason(club.sign_in("phone", request.clone()).await),
        "CONSENT_REQUIRED",
        "and the code is still good"
    );
    assert_eq!(club.count("SELECT count(*) FROM members").await, 0);
    request.consents = consents;
    club.sign_in("phone", request.clone()).await.unwrap();
    assert_eq!(
        reason(club.sign_in("laptop", request).await),
        "OTP_EXPIRED",
        "a code is used once"
    );
}

#[tokio::test]
async fn a_session_ends_when_it_is_ended_idle_or_old() {
    let club = Club::open().await;
    let mut ended = club
        .service
        .listen(&["membership.member.sessions_ended.v1"])
        .await;
    let phone = club.join("phone", PHONE, "王小明").await;
    club.advance(TimeDelta::minutes(2));
    let laptop = club.join("laptop", PHONE, "").await;
    let mut accounts = club.accounts_as(&phone.identity);
    let request = ListMemberSessionsRequest {
        brand_id: club.brand.to_string(),
    };
    let listed = accounts.list_member_sessions(request).await.unwrap();
    let listed = listed.into_inner().sessions;
    let current: Vec<bool> = listed.iter().map(|session| session.current).collect();
    assert_eq!(current, [false, true]);

    let request = |session_id: &str| EndMemberSessionRequest {
        brand_id: club.brand.to_string(),
        session_id: session_id.to_owned(),
    };
    let one = request(&listed[0].session_id);
    accounts.end_member_session(one).await.unwrap();
    let body: proto::membership::v1::MemberSessionsEnded = ended.next().await.decode().unwrap();
    assert_eq!(body.session_ids, [listed[0].session_id.clone()]);
    assert!(!club.lives(&laptop.session).await);
    assert!(club.lives(&phone.session).await);
    // Used every month it lives a year, and no longer.
    for _ in 0..12 {
        club.advance(TimeDelta::days(30));
        assert!(club.lives(&phone.session).await);
    }
    club.advance(TimeDelta::days(6));
    assert!(!club.lives(&phone.session).await);

    let idle = club.join("tablet", PHONE, "").await;
    club.advance(TimeDelta::days(61));
    assert!(!club.lives(&idle.session).await);

    let all = club.join("tablet", PHONE, "").await;
    club.accounts_as(&all.identity)
        .end_member_session(request("all"))
        .await
        .unwrap();
    assert!(!club.lives(&all.session).await);
}
