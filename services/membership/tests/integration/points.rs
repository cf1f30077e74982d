//! Points through the RPCs: programmes, the log, adjustments, the member's own view.

use chassis::{clock::Clock as _, time};
use chrono::TimeDelta;
use proto::membership::v1::{
    AdjustPointsRequest, DecidePointAdjustmentRequest, GetMemberPointsRequest, GetMyPointsRequest,
    GetPointsSumsRequest, ListMyPointEntriesRequest, ListPointEntriesRequest,
    ListPointsProgrammesRequest, PointAdjustmentState, PointEntryKind, PointsEarning, PointsExpiry,
    PointsProgramme, PointsRedeeming, PointsRules, PreviewPointsProgrammeRequest, ProgrammeScope,
    ProgrammeVersionState, SavePointsProgrammeRequest, WithdrawPointsProgrammeRequest,
};
use testkit::{eventually, identities};

use crate::points_shop::{Shop, reason};

fn rules() -> PointsRules {
    PointsRules {
        unit_name: "點".to_owned(),
        earning: Some(PointsEarning {
            every: 10,
            points: 1,
            ..Default::default()
        }),
        redeeming: Some(PointsRedeeming {
            worth_of_100: 50,
            min_points: 1,
            step: 1,
            cap_bp: 10_000,
            ..Default::default()
        }),
        expiry: PointsExpiry::Never.into(),
        ..Default::default()
    }
}

fn save_request(key: &str, version: i64, programme: &str) -> SavePointsProgrammeRequest {
    SavePointsProgrammeRequest {
        idempotency_key: key.to_owned(),
        programme_id: programme.to_owned(),
        version,
        scope: ProgrammeScope::Organisation.into(),
        rules: Some(rules()),
        ..Default::default()
    }
}

async fn save(shop: &Shop) -> PointsProgramme {
    let saved = shop
        .points()
        .save_points_programme(save_request("first", 0, ""))
        .await;
    saved.unwrap().into_inner().programme.unwrap()
}

fn adjust_request(shop: &Shop, key: &str, programme: &str, points: i32) -> AdjustPointsRequest {
    AdjustPointsRequest {
        idempotency_key: key.to_owned(),
        member_id: shop.member.to_string(),
        programme_id: programme.to_owned(),
        points,
        reason: "補發".to_owned(),
    }
}

#[tokio::test]
async fn a_programme_has_versions_and_no_other_beside_it() {
    let shop = Shop::open().await;
    let programme = save(&shop).await;
    assert_eq!(save(&shop).await, programme, "the same key changes nothing");
    let id = programme.programme_id.as_str();

    let mut brand = save_request("brand", 0, "");
    brand.scope = ProgrammeScope::Brand.into();
    brand.brand_id = shop.brand.to_string();
    let refused = shop.points().save_points_programme(brand).await;
    assert_eq!(reason(refused), "PROGRAMME_OVERLAP");
    let mut branch = shop.points_as(&shop.of_branch());
    let refused = branch
        .save_points_programme(save_request("branch", 1, id))
        .await;
    assert_eq!(reason(refused), "OUT_OF_SCOPE");
    let refused = shop
        .points()
        .save_points_programme(save_request("stale", 0, id))
        .await;
    assert_eq!(reason(refused), "VERSION_CONFLICT");

    let later = shop.service.clock().now() + TimeDelta::days(30);
    let mut pending = save_request("pending", 1, id);
    pending.effective_at = Some(time::to_wire(later));
    let saved = shop
        .points()
        .save_points_programme(pending.clone())
        .await
        .unwrap();
    let saved = saved.into_inner().programme.unwrap();
    let states: Vec<_> = saved
        .versions
        .iter()
        .map(|version| version.state())
        .collect();
    assert_eq!(
        states,
        [
            ProgrammeVersionState::Pending,
            ProgrammeVersionState::InForce
        ]
    );
    pending.idempotency_key = "again".to_owned();
    pending.version = 2;
    let refused = shop.points().save_points_programme(pending).await;
    assert_eq!(reason(refused), "EFFECTIVE_CONFLICT");

    let withdraw = |number| WithdrawPointsProgrammeRequest {
        programme_id: id.to_owned(),
        withdrawn_version: number,
        version: 2,
    };
    let refused = shop.points().withdraw_points_programme(withdraw(1)).await;
    assert_eq!(reason(refused), "ALREADY_IN_FORCE");
    let left = shop
        .points()
        .withdraw_points_programme(withdraw(2))
        .await
        .unwrap()
        .into_inner();
    let first = &left.programme.unwrap().versions[0];
    assert_eq!(first.state(), ProgrammeVersionState::Withdrawn);
}

#[tokio::test]
async fn an_order_s_points_are_explained_and_add_up() {
    let shop = Shop::open().await;
    let programme = save(&shop).await.programme_id;
    let order = shop.complete(116, &programme).await;
    let entries = async |request: ListPointEntriesRequest| {
        shop.points()
            .list_point_entries(request)
            .await
            .unwrap()
            .into_inner()
            .entries
    };
    let of_order = ListPointEntriesRequest {
        order_id: order.to_string(),
        ..Default::default()
    };
    eventually(async || !entries(of_order.clone()).await.is_empty()).await;
    let found = entries(of_order).await;
    let [entry] = found.as_slice() else {
        panic!("one entry: {found:?}")
    };
    assert_eq!(
        (entry.kind(), entry.points, entry.balance),
        (PointEntryKind::Earned, 11, 11)
    );
    assert_eq!(entry.explanation, "earned");
    assert_eq!(
        (
            entry.params["goods"].as_str(),
            entry.params["factor_bp"].as_str()
        ),
        ("116", "10000")
    );
    let by_phone = ListPointEntriesRequest {
        phone: "0911-000-001".to_owned(),
        ..Default::default()
    };
    assert_eq!(entries(by_phone).await, found);
    let by_number = ListPointEntriesRequest {
        order_number: "9105m".to_owned(),
        ..Default::default()
    };
    assert_eq!(entries(by_number).await, found);
    let unknown = ListPointEntriesRequest {
        phone: "0911000009".to_owned(),
        ..Default::default()
    };
    assert_eq!(entries(unknown).await, []);

    let now = shop.service.clock().now();
    let sums = GetPointsSumsRequest {
        programme_id: programme.clone(),
        from: Some(time::to_wire(now - TimeDelta::days(1))),
        until: Some(time::to_wire(now + TimeDelta::days(1))),
    };
    let sums = shop
        .points()
        .get_points_sums(sums)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        (sums.points_before, sums.points_after, sums.liability_after),
        (0, 11, 5)
    );
    // A day ago there was nothing.
    let then = GetMemberPointsRequest {
        member_id: shop.member.to_string(),
        at: Some(time::to_wire(now - TimeDelta::days(1))),
    };
    let then = shop
        .points()
        .get_member_points(then)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(then.accounts[0].balance, 0);

    let mut member = shop.points_as(&shop.member_identity());
    let own = GetMyPointsRequest {
        brand_id: shop.brand.to_string(),
    };
    let own = member
        .get_my_points(own)
        .await
        .unwrap()
        .into_inner()
        .account
        .unwrap();
    assert_eq!((own.balance, own.worth, own.lots.len()), (11, 5, 1));
    let listed = ListMyPointEntriesRequest {
        brand_id: shop.brand.to_string(),
        ..Default::default()
    };
    let listed = member
        .list_my_point_entries(listed.clone())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(listed.entries.len(), 1);
}

#[tokio::test]
async fn a_large_adjustment_waits_for_a_second_person() {
    let shop = Shop::open().await;
    let programme = save(&shop).await.programme_id;
    let adjust = async |key: &str, points| {
        let request = adjust_request(&shop, key, &programme, points);
        let done = shop.points().adjust_points(request).await?;
        Ok::<_, tonic::Status>(done.into_inner().adjustment.unwrap())
    };
    assert_eq!(
        adjust("a", 1_000).await.unwrap().state(),
        PointAdjustmentState::Applied
    );
    adjust("b", -600).await.unwrap();
    assert_eq!(reason(adjust("c", -401).await), "POINTS_INSUFFICIENT");
    assert_eq!(reason(adjust("d", 10_001).await), "AMOUNT_OUT_OF_RANGE");
    let waiting = adjust("e", 1_001).await.unwrap();
    assert_eq!(waiting.state(), PointAdjustmentState::Waiting);
    let decide = DecidePointAdjustmentRequest {
        adjustment_id: waiting.adjustment_id.clone(),
        approve: true,
        note: String::new(),
    };
    let owner = shop.owner();
    let requested_by: chassis::id::AccountId = waiting.requested_by.parse().unwrap();
    let mut same = owner.clone();
    if let chassis::authn::Actor::Staff { account, .. } = &mut same.actor {
        *account = requested_by;
    }
    let refused = shop
        .points_as(&same)
        .decide_point_adjustment(decide.clone())
        .await;
    assert_eq!(reason(refused), "SELF_APPROVAL");
    let mut second = shop.points_as(&shop.second());
    let decided = second
        .decide_point_adjustment(decide.clone())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        decided.adjustment.unwrap().state(),
        PointAdjustmentState::Applied
    );
    assert_eq!(
        reason(second.decide_point_adjustment(decide).await),
        "ADJUSTMENT_DECIDED"
    );
    let found = GetMemberPointsRequest {
        member_id: shop.member.to_string(),
        at: None,
    };
    let found = shop
        .points()
        .get_member_points(found)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(found.accounts[0].balance, 1_401);
}

#[tokio::test]
async fn a_preview_compares_and_stores_nothing() {
    let shop = Shop::open().await;
    let programme = save(&shop).await.programme_id;
    let mut better = rules();
    better.earning.as_mut().unwrap().points = 3;
    let request = PreviewPointsProgrammeRequest {
        programme_id: programme,
        rules: Some(better),
        goods: vec![116],
    };
    let found = shop
        .points()
        .preview_points_programme(request)
        .await
        .unwrap()
        .into_inner();
    let example = found
        .examples
        .iter()
        .find(|example| example.goods == 116)
        .unwrap();
    assert_eq!(
        (example.earned_before, example.earned_after),
        (Some(11), Some(33))
    );
    let listed = shop
        .points()
        .list_points_programmes(ListPointsProgrammesRequest {})
        .await;
    assert_eq!(listed.unwrap().into_inner().programmes[0].version, 1);
}

#[tokio::test]
async fn guests_and_other_organisations_see_nothing() {
    let shop = Shop::open().await;
    let programme = save(&shop).await.programme_id;
    let own = GetMyPointsRequest {
        brand_id: shop.brand.to_string(),
    };
    let mut guest = shop.points_as(&identities::customer(shop.org));
    assert_eq!(reason(guest.get_my_points(own).await), "NEEDS_LOGIN");
    let stranger = identities::owner(testkit::organisation());
    let mut stranger = shop.points_as(&stranger);
    let adjust = adjust_request(&shop, "x", &programme, 5);
    assert_eq!(reason(stranger.adjust_points(adjust).await), "NOT_FOUND");
    let member = GetMemberPointsRequest {
        member_id: shop.member.to_string(),
        at: None,
    };
    assert_eq!(
        reason(stranger.get_member_points(member).await),
        "NOT_FOUND"
    );
    let listed = stranger
        .list_points_programmes(ListPointsProgrammesRequest {})
        .await;
    assert_eq!(listed.unwrap().into_inner().programmes, []);
}
