//! No organisation reaches the members of another.

use chassis::{
    authn::{Identity, Plan},
    id::MemberId,
};
use proto::membership::v1::{
    CodePurpose, ExchangeMemberSessionRequest, FindMemberAtCounterRequest, FindMembersRequest,
    GetMemberRequest, GetMyAccountRequest, GetMyCardRequest, MergeMembersRequest,
    UnmaskMemberRequest, find_member_at_counter_request::By,
};
use testkit::identities;

use crate::common::{Club, E164, PHONE, reason};

#[tokio::test]
async fn what_belongs_to_another_organisation_is_not_there() {
    let club = Club::open().await;
    let person = club.join("phone", PHONE, "王小明").await;
    let other = testkit::organisation();
    let owner = identities::owner(other);
    let mut members = club.members_as(&owner);
    let get = GetMemberRequest {
        member_id: person.me.member_id.clone(),
    };
    assert_eq!(reason(members.get_member(get).await), "NOT_FOUND");
    let unmask = UnmaskMemberRequest {
        member_id: person.me.member_id.clone(),
        reason: "看看".to_owned(),
    };
    assert_eq!(reason(members.unmask_member(unmask).await), "NOT_FOUND");
    let found = members
        .find_members(FindMembersRequest::default())
        .await
        .unwrap();
    assert!(found.into_inner().members.is_empty());
    let merge = MergeMembersRequest {
        idempotency_key: "k".to_owned(),
        member_id: person.me.member_id.clone(),
        version: 1,
        other_member_id: MemberId::new(club.service.clock()).to_string(),
        other_version: 1,
        reason: "同一人".to_owned(),
    };
    assert_eq!(reason(members.merge_members(merge).await), "NOT_FOUND");
}

#[tokio::test]
async fn sessions_cards_and_codes_open_one_organisation() {
    let club = Club::open().await;
    let person = club.join("phone", PHONE, "王小明").await;
    let other = testkit::organisation();
    let exchange = ExchangeMemberSessionRequest {
        organisation_id: other.to_string(),
        session_token: person.session.clone(),
    };
    let mut gateway = club.accounts_as(&identities::service("gateway", other));
    let refused = gateway.exchange_member_session(exchange).await;
    assert_eq!(reason(refused), "SESSION_EXPIRED");

    let stranger: MemberId = person.me.member_id.parse().unwrap();
    let identity = Identity::member("phone", stranger, other, Plan::Basic);
    let request = GetMyAccountRequest {
        brand_id: club.brand.to_string(),
    };
    let refused = club.accounts_as(&identity).get_my_account(request).await;
    assert_eq!(reason(refused), "NOT_FOUND");

    let card = club
        .accounts_as(&person.identity)
        .get_my_card(GetMyCardRequest {
            brand_id: club.brand.to_string(),
        })
        .await
        .unwrap();
    let (brand, branch) = (
        chassis::id::BrandId::new(club.service.clock()),
        chassis::id::BranchId::new(club.service.clock()),
    );
    club.add_branch(other, brand, branch).await;
    let find = FindMemberAtCounterRequest {
        branch_id: branch.to_string(),
        by: Some(By::Card(card.into_inner().card)),
    };
    let mut members = club.members_as(&identities::owner(other));
    assert_eq!(
        reason(members.find_member_at_counter(find).await),
        "NOT_FOUND"
    );

    // A code of one organisation joins nobody at another.
    club.advance(chrono::TimeDelta::minutes(2));
    let guest = club.guest("phone");
    club.request_code(&guest, PHONE, CodePurpose::SignIn)
        .await
        .unwrap();
    let request = proto::membership::v1::SignInWithCodeRequest {
        branch_id: String::new(),
        ..club.sign_in_request(PHONE, &club.code(E164).await, "")
    };
    let guest = Identity::customer("phone", other, Plan::Basic);
    let refused = club.accounts_as(&guest).sign_in_with_code(request).await;
    assert_eq!(reason(refused), "OTP_EXPIRED");
}
