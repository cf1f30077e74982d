//! What members do with their own data.

use chassis::error::Problem;
use chrono::TimeDelta;
use proto::membership::v1::{
    AddressInput, ChangeMyPhoneRequest, CodePurpose, ConsentChoice, ConsentKind, CopyMeRequest,
    CreateMyAddressRequest, DeleteMyAddressRequest, DuplicateCause, EraseMeRequest,
    FindMemberAtCounterRequest, GetMyAccountRequest, GetMyCardRequest, ListDuplicatesRequest,
    ListMyAddressesRequest, MemberChanged, MyAccount, SetMyConsentsRequest, UpdateMeRequest,
    find_member_at_counter_request::By,
};

use crate::common::{Club, E164, PHONE, Person, reason, terms};

async fn me(club: &Club, person: &Person) -> MyAccount {
    let request = GetMyAccountRequest {
        brand_id: club.brand.to_string(),
    };
    let found = club
        .accounts_as(&person.identity)
        .get_my_account(request)
        .await;
    found.unwrap().into_inner().me.unwrap()
}

fn address(street: &str, preferred: bool) -> AddressInput {
    AddressInput {
        label: "家".to_owned(),
        city: "台北市".to_owned(),
        district: "信義區".to_owned(),
        street: street.to_owned(),
        preferred,
        ..Default::default()
    }
}

#[tokio::test]
async fn a_guest_has_no_account() {
    let club = Club::open().await;
    let mut accounts = club.accounts_as(&club.guest("phone"));
    let brand_id = club.brand.to_string();
    let refused = accounts
        .get_my_account(GetMyAccountRequest { brand_id })
        .await;
    assert_eq!(reason(refused), "NEEDS_LOGIN");
    let brand_id = club.brand.to_string();
    let refused = accounts.copy_me(CopyMeRequest { brand_id }).await;
    assert_eq!(reason(refused), "NEEDS_LOGIN");
}

#[tokio::test]
async fn a_birthday_is_changed_once_in_365_days() {
    let club = Club::open().await;
    let person = club.join("phone", PHONE, "王小明").await;
    let mut accounts = club.accounts_as(&person.identity);
    let change = |version: i64, birthday: &str| UpdateMeRequest {
        brand_id: club.brand.to_string(),
        version,
        birthday: Some(birthday.to_owned()),
        ..Default::default()
    };
    let version = person.me.version;
    accounts
        .update_me(change(version, "1990-04-12"))
        .await
        .unwrap();
    let stale = accounts.update_me(change(version, "1990-04-12")).await;
    assert_eq!(reason(stale), "VERSION_CONFLICT");
    let version = me(&club, &person).await.version;
    let refused = accounts.update_me(change(version, "1990-04-13")).await;
    assert_eq!(reason(refused), "BIRTHDAY_LOCKED");
    club.advance(TimeDelta::days(365));
    let mut accounts = club.accounts_as(&person.identity);
    accounts
        .update_me(change(version, "1990-04-13"))
        .await
        .unwrap();
    assert_eq!(
        me(&club, &person).await.birthday.as_deref(),
        Some("1990-04-13")
    );
}

#[tokio::test]
async fn a_new_phone_is_confirmed_and_ends_the_other_sessions() {
    let club = Club::open().await;
    let phone = club.join("phone", PHONE, "王小明").await;
    club.advance(TimeDelta::seconds(1));
    club.join("other", "0922333444", "陳美玲").await;
    club.advance(TimeDelta::minutes(2));
    let laptop = club.join("laptop", PHONE, "").await;
    let change = |phone: &str, code: String, version: i64| ChangeMyPhoneRequest {
        brand_id: club.brand.to_string(),
        version,
        phone: phone.to_owned(),
        code,
    };
    let mut accounts = club.accounts_as(&phone.identity);
    let taken = async |phone_number: &str, e164: &str| {
        club.request_code(&phone.identity, phone_number, CodePurpose::ChangePhone)
            .await
            .unwrap();
        club.code(e164).await
    };
    let code = taken("0922333444", "+886922333444").await;
    let version = me(&club, &phone).await.version;
    let refused = accounts
        .change_my_phone(change("0922333444", code, version))
        .await;
    assert_eq!(reason(refused), "PHONE_TAKEN");
    // Who has the phone of another may be the same person: staff is told.
    let pairs = async || {
        let asked = ListDuplicatesRequest::default();
        let listed = club.members().list_duplicates(asked).await.unwrap();
        listed.into_inner().pairs
    };
    let pair = pairs().await.remove(0);
    assert_eq!(pair.causes, [i32::from(DuplicateCause::Phone)]);
    assert_eq!(pair.older.unwrap().member_id, phone.me.member_id);
    let code = taken("0933444555", "+886933444555").await;
    let changed = accounts
        .change_my_phone(change("0933444555", code, version))
        .await
        .unwrap();
    let changed = changed.into_inner().me.unwrap();
    assert_eq!(changed.phone.as_deref(), Some("+886933444555"));
    assert!(club.lives(&phone.session).await);
    assert!(!club.lives(&laptop.session).await);
    assert_eq!(pairs().await.len(), 1, "both phones are that person's");
}

#[tokio::test]
async fn a_member_has_at_most_twenty_addresses_and_one_is_offered_first() {
    let club = Club::open().await;
    let person = club.join("phone", PHONE, "王小明").await;
    let mut accounts = club.accounts_as(&person.identity);
    let create = |key: String, input: AddressInput| CreateMyAddressRequest {
        brand_id: club.brand.to_string(),
        idempotency_key: key,
        address: Some(input),
    };
    for number in 0..20 {
        let request = create(
            format!("k{number}"),
            address(&format!("{number} 號"), number == 7),
        );
        accounts.create_my_address(request.clone()).await.unwrap();
        // Repeating adds nothing.
        accounts.create_my_address(request).await.unwrap();
    }
    let refused = accounts
        .create_my_address(create("more".to_owned(), address("21 號", false)))
        .await
        .unwrap_err();
    let problem = Problem::from_status(&refused);
    assert_eq!(
        (&*problem.reason, problem.params["max"].as_str()),
        ("ADDRESS_LIMIT", "20")
    );
    let list = ListMyAddressesRequest {
        brand_id: club.brand.to_string(),
    };
    let listed = accounts.list_my_addresses(list.clone()).await.unwrap();
    let listed = listed.into_inner().addresses;
    let preferred: Vec<&str> = listed
        .iter()
        .filter(|address| address.preferred)
        .map(|address| address.street.as_str())
        .collect();
    assert_eq!((listed.len(), preferred), (20, vec!["7 號"]));
    let request = DeleteMyAddressRequest {
        brand_id: club.brand.to_string(),
        address_id: listed[0].address_id.clone(),
    };
    accounts.delete_my_address(request).await.unwrap();
    let listed = accounts.list_my_addresses(list).await.unwrap().into_inner();
    assert!(listed.addresses[0].preferred, "the oldest takes its place");
}

#[tokio::test]
async fn consents_are_kept_with_time_and_text_and_the_last_counts() {
    let club = Club::open().await;
    let person = club.join("phone", PHONE, "王小明").await;
    let mut accounts = club.accounts_as(&person.identity);
    let sms = |agreed: bool, version: &str| SetMyConsentsRequest {
        brand_id: club.brand.to_string(),
        consents: vec![ConsentChoice {
            kind: ConsentKind::MarketingSms.into(),
            agreed,
            text_version: version.to_owned(),
        }],
    };
    accounts.set_my_consents(sms(true, "v1")).await.unwrap();
    club.advance(TimeDelta::days(1));
    let mut accounts = club.accounts_as(&person.identity);
    let set = accounts.set_my_consents(sms(false, "v2")).await.unwrap();
    let set = set.into_inner().consents;
    assert_eq!(set.len(), 2);
    assert_eq!((set[1].agreed, set[1].text_version.as_str()), (false, "v2"));
    assert!(club.row(&person.me.member_id).await.marketing.is_empty());
    let withdrawn = SetMyConsentsRequest {
        brand_id: club.brand.to_string(),
        consents: vec![ConsentChoice {
            agreed: false,
            ..terms()
        }],
    };
    let refused = accounts.set_my_consents(withdrawn).await;
    assert_eq!(reason(refused), "CONSENT_REQUIRED");
    let brand_id = club.brand.to_string();
    let copy = accounts.copy_me(CopyMeRequest { brand_id }).await.unwrap();
    let copy = copy.into_inner().copy.unwrap();
    assert_eq!(
        copy.consents.len(),
        3,
        "every one that was given or withdrawn"
    );
    assert_eq!(copy.contact.unwrap().phone.as_deref(), Some(E164));
}

#[tokio::test]
async fn a_card_is_good_for_five_minutes_and_not_to_be_forged() {
    let club = Club::open().await;
    let person = club.join("phone", PHONE, "王小明").await;
    let request = GetMyCardRequest {
        brand_id: club.brand.to_string(),
    };
    let card = club
        .accounts_as(&person.identity)
        .get_my_card(request)
        .await
        .unwrap();
    let card = card.into_inner().card;
    let find = |card: &str| FindMemberAtCounterRequest {
        branch_id: club.branch.to_string(),
        by: Some(By::Card(card.to_owned())),
    };
    let mut members = club.members();
    let found = members.find_member_at_counter(find(&card)).await.unwrap();
    let found = found.into_inner().member.unwrap();
    assert_eq!(found.member_id, person.me.member_id);
    assert_eq!(found.phone.as_deref(), Some("0911***456"));
    let mut forged = card.clone();
    let last = if forged.pop() == Some('A') { 'B' } else { 'A' };
    // The last character of base64 has bits to spare, the one before has none.
    let before = if forged.pop() == Some('x') { 'y' } else { 'x' };
    forged.extend([before, last]);
    assert_eq!(
        reason(members.find_member_at_counter(find(&forged)).await),
        "NOT_FOUND"
    );
    club.advance(TimeDelta::minutes(5));
    assert_eq!(
        reason(members.find_member_at_counter(find(&card)).await),
        "NOT_FOUND"
    );
}

#[tokio::test]
async fn erasing_leaves_nothing_of_the_person_and_the_phone_is_free() {
    let club = Club::open().await;
    let person = club.join("phone", PHONE, "王小明").await;
    let mut accounts = club.accounts_as(&person.identity);
    let request = CreateMyAddressRequest {
        brand_id: club.brand.to_string(),
        idempotency_key: "k".to_owned(),
        address: Some(address("1 號", true)),
    };
    accounts.create_my_address(request).await.unwrap();
    club.advance(TimeDelta::minutes(2));
    let mut events = club.service.listen(&["membership.member.changed.v1"]).await;
    club.request_code(&person.identity, "", CodePurpose::Erase)
        .await
        .unwrap();
    let erase = |code: &str| EraseMeRequest {
        brand_id: club.brand.to_string(),
        code: code.to_owned(),
    };
    let code = club.code(E164).await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    assert_eq!(reason(accounts.erase_me(erase(wrong)).await), "OTP_INVALID");
    accounts.erase_me(erase(&code)).await.unwrap();
    let changed: MemberChanged = events.next().await.decode().unwrap();
    assert_eq!(changed.state, "erased");
    assert!(!club.lives(&person.session).await);
    assert!(club.found("王小明").await.is_empty());
    let left = "SELECT count(*) FROM members AS m
        WHERE m::text LIKE '%911123456%' OR m::text LIKE '%王小明%'";
    assert_eq!(club.count(left).await, 0);
    let left = "SELECT (SELECT count(*) FROM member_addresses)
        + (SELECT count(*) FROM member_codes) + (SELECT count(*) FROM member_search_terms)";
    assert_eq!(club.count(left).await, 0);

    club.advance(TimeDelta::minutes(2));
    let again = club.join("phone", PHONE, "王小明").await;
    assert_ne!(again.me.member_id, person.me.member_id);
}
