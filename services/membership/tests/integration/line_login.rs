//! LINE Login against the sandbox.

use chassis::error::Problem;
use proto::membership::v1::{
    CodePurpose, FinishLineLoginRequest, FinishLineLoginResponse, GetLineLoginRequest,
    GetSignInOptionsRequest, LineLoginResult, SetLineLoginRequest, StartLineLoginRequest,
    UnlinkMyLineRequest,
};
use serde_json::json;
use tonic::Status;
use url::Url;

use crate::common::{Club, E164, PHONE, reason};

const CHANNEL: &str = "2006000001";
const SECRET: &str = "5f4dcc3b5aa765d61d8327deb882cf99";
const USER: &str = "U00000000000000000000000000000b01";

async fn with_line() -> Club {
    let club = Club::open().await;
    let request = SetLineLoginRequest {
        version: 0,
        channel_id: CHANNEL.to_owned(),
        channel_secret: Some(SECRET.to_owned()),
        enabled: true,
    };
    club.members().set_line_login(request).await.unwrap();
    club
}

/// Begins on a device and goes to LINE's page; the state.
async fn start(club: &Club, device: &str) -> String {
    let request = StartLineLoginRequest {
        brand_id: club.brand.to_string(),
        return_path: "/tea/north?x=1".to_owned(),
        branch_id: club.branch.to_string(),
        remote_address: "203.0.113.7".to_owned(),
    };
    let mut accounts = club.accounts_as(&club.guest(device));
    let started = accounts.start_line_login(request).await.unwrap();
    let url: Url = started.into_inner().authorize_url.parse().unwrap();
    let page = club.http.get(url.clone()).send().await.unwrap();
    assert_eq!(page.status(), 200, "{}", page.text().await.unwrap());
    let (_, state) = url.query_pairs().find(|(name, _)| name == "state").unwrap();
    state.into_owned()
}

/// The person agrees at LINE's page; LINE's code.
async fn allow(club: &Club, state: &str) -> String {
    let act = json!({ "action": "allow", "reference": state, "user": USER, "name": "小明" });
    let outcome = club.control("/line/act", act).await;
    let url: Url = outcome["browser"]["url"].as_str().unwrap().parse().unwrap();
    assert!(
        url.as_str()
            .starts_with("https://shop.example/api/line-login/return?"),
        "{url}"
    );
    let (_, code) = url.query_pairs().find(|(name, _)| name == "code").unwrap();
    code.into_owned()
}

async fn finish(
    club: &Club,
    device: &str,
    state: &str,
    code: &str,
) -> Result<FinishLineLoginResponse, Status> {
    let request = FinishLineLoginRequest {
        state: state.to_owned(),
        code: code.to_owned(),
        error: String::new(),
        user_agent: "test".to_owned(),
    };
    let mut accounts = club.accounts_as(&club.guest(device));
    Ok(accounts.finish_line_login(request).await?.into_inner())
}

#[tokio::test]
async fn line_and_a_confirmed_phone_join_and_line_alone_signs_in_later() {
    let club = with_line().await;
    let state = start(&club, "phone").await;
    let code = allow(&club, &state).await;
    let finished = finish(&club, "phone", &state, &code).await.unwrap();
    assert_eq!(finished.result(), LineLoginResult::PhoneNeeded);
    assert_eq!(finished.return_path, "/tea/north?x=1");
    assert!(finished.session_token.is_empty());

    let request = GetSignInOptionsRequest {
        brand_id: club.brand.to_string(),
    };
    let mut accounts = club.accounts_as(&club.guest("phone"));
    let options = accounts.get_sign_in_options(request).await.unwrap();
    assert_eq!(options.into_inner().line_name.as_deref(), Some("小明"));

    let joined = club.join("phone", PHONE, "").await;
    assert_eq!(joined.me.name, "小明", "the name in LINE");
    assert!(joined.me.has_line);
    let row = club.row(&joined.me.member_id).await;
    assert_eq!(row.line_user.as_deref(), Some("U00***01"));

    let state = start(&club, "laptop").await;
    let code = allow(&club, &state).await;
    let finished = finish(&club, "laptop", &state, &code).await.unwrap();
    assert_eq!(finished.result(), LineLoginResult::SignedIn);
    assert!(club.lives(&finished.session_token).await);

    let mut accounts = club.accounts_as(&joined.identity);
    let request = UnlinkMyLineRequest {
        brand_id: club.brand.to_string(),
    };
    accounts.unlink_my_line(request).await.unwrap();
    let state = start(&club, "tablet").await;
    let code = allow(&club, &state).await;
    let finished = finish(&club, "tablet", &state, &code).await.unwrap();
    assert_eq!(finished.result(), LineLoginResult::PhoneNeeded);
}

#[tokio::test]
async fn a_sign_in_belongs_to_the_device_that_began_it_and_to_one_use() {
    let club = with_line().await;
    let state = start(&club, "mallory").await;
    let code = allow(&club, &state).await;
    // The link of somebody else's sign-in signs nobody in.
    let stolen = finish(&club, "victim", &state, &code).await;
    assert_eq!(reason(stolen), "LINE_LOGIN_FAILED");
    finish(&club, "mallory", &state, &code).await.unwrap();
    let again = finish(&club, "mallory", &state, &code).await;
    assert_eq!(reason(again), "LINE_LOGIN_FAILED");

    let state = start(&club, "late").await;
    let code = allow(&club, &state).await;
    club.advance(chrono::TimeDelta::minutes(10));
    assert_eq!(
        reason(finish(&club, "late", &state, &code).await),
        "LINE_LOGIN_FAILED"
    );
}

#[tokio::test]
async fn a_token_that_is_not_lines_for_this_sign_in_signs_nobody_in() {
    let club = with_line().await;
    let faults = [
        json!({ "system": "line", "fault": "other_secret" }),
        json!({ "system": "line", "fault": "claims", "value": { "nonce": "another" } }),
        json!({ "system": "line", "fault": "claims", "value": { "aud": "2006000002" } }),
        json!({ "system": "line", "fault": "claims", "value": { "exp": 1 } }),
    ];
    for fault in faults {
        let state = start(&club, "phone").await;
        let code = allow(&club, &state).await;
        club.control("/faults", fault.clone()).await;
        let finished = finish(&club, "phone", &state, &code).await.unwrap();
        assert_eq!(finished.result(), LineLoginResult::Failed, "{fault}");
    }
    let waiting = "SELECT count(*) FROM line_pending";
    assert_eq!(club.count(waiting).await, 0);
}

#[tokio::test]
async fn a_second_claim_of_an_account_suggests_one_person() {
    let club = with_line().await;
    let state = start(&club, "phone").await;
    let code = allow(&club, &state).await;
    finish(&club, "phone", &state, &code).await.unwrap();
    let owner = club.join("phone", PHONE, "").await;
    // The clock stands still in tests: who joined first is decided by time alone.
    club.advance(chrono::TimeDelta::seconds(1));
    // Somebody else signs in by phone, with the same account in LINE waiting on their device.
    let other = club.join("laptop", "0922333444", "小明").await;
    let request = StartLineLoginRequest {
        brand_id: club.brand.to_string(),
        return_path: "/tea".to_owned(),
        ..Default::default()
    };
    let mut accounts = club.accounts_as(&other.identity);
    let started = accounts.start_line_login(request).await.unwrap();
    let url: Url = started.into_inner().authorize_url.parse().unwrap();
    club.http.get(url.clone()).send().await.unwrap();
    let (_, state) = url.query_pairs().find(|(name, _)| name == "state").unwrap();
    let code = allow(&club, &state).await;
    let finished = finish(&club, "laptop", &state, &code).await.unwrap();
    assert_eq!(finished.result(), LineLoginResult::Failed);
    let request = proto::membership::v1::ListDuplicatesRequest::default();
    let pairs = club.members().list_duplicates(request).await.unwrap();
    let pairs = pairs.into_inner().pairs;
    assert_eq!(pairs.len(), 1);
    let pair = &pairs[0];
    assert_eq!(pair.older.as_ref().unwrap().member_id, owner.me.member_id);
    assert_eq!(pair.newer.as_ref().unwrap().member_id, other.me.member_id);
}

#[tokio::test]
async fn the_secret_of_a_channel_goes_in_and_never_comes_out() {
    let club = with_line().await;
    let found = club
        .members()
        .get_line_login(GetLineLoginRequest {})
        .await
        .unwrap();
    let login = found.into_inner().line_login.unwrap();
    assert_eq!(
        (login.channel_id.as_str(), login.secret_end.as_str()),
        (CHANNEL, "cf99")
    );
    assert_eq!(
        login.callback_url,
        "https://shop.example/api/line-login/return"
    );
    let leaks = "SELECT count(*) FROM line_channels
        WHERE position('5f4dcc3b5aa765d61d8327deb882cf99'::bytea IN sealed_secret) > 0";
    assert_eq!(club.count(leaks).await, 0);
    let stale = SetLineLoginRequest {
        version: 0,
        channel_id: CHANNEL.to_owned(),
        channel_secret: None,
        enabled: false,
    };
    let refused = club.members().set_line_login(stale).await;
    assert_eq!(reason(refused), "VERSION_CONFLICT");
    let wrong = SetLineLoginRequest {
        version: 1,
        channel_id: "123".to_owned(),
        channel_secret: Some("short".to_owned()),
        enabled: true,
    };
    let refused = club.members().set_line_login(wrong).await.unwrap_err();
    let fields = Problem::from_status(&refused).fields;
    let fields: Vec<&str> = fields.iter().map(|field| field.field.as_str()).collect();
    assert_eq!(fields, ["channel_id", "channel_secret"]);
}

#[tokio::test]
async fn without_a_channel_there_is_no_line() {
    let club = Club::open().await;
    let request = StartLineLoginRequest {
        brand_id: club.brand.to_string(),
        return_path: "/tea".to_owned(),
        ..Default::default()
    };
    let mut accounts = club.accounts_as(&club.guest("phone"));
    let refused = accounts.start_line_login(request.clone()).await;
    assert_eq!(reason(refused), "LINE_LOGIN_OFF");
    let elsewhere = StartLineLoginRequest {
        return_path: "//evil.example".to_owned(),
        ..request
    };
    let refused = accounts.start_line_login(elsewhere).await;
    assert_eq!(reason(refused), "VALIDATION_FAILED");
    // Codes work all the same.
    let guest = club.guest("phone");
    club.request_code(&guest, PHONE, CodePurpose::SignIn)
        .await
        .unwrap();
    assert_eq!(club.texts(E164).await.len(), 1);
}
