//! Coupons that rules give: at joining, for tiers, in rounds of months and birthdays, once each.

use chassis::clock::Clock as _;
use chassis::{
    authn::{Identity, Scope},
    id::{MemberId, RefundId},
};
use chrono::TimeDelta;
use proto::membership::v1::{
    ChangeGivingRuleStateRequest, CouponEntryKind, CouponTemplate, CouponTemplateState,
    CreateGivingRuleRequest, GetCouponRequest, GetMyTierRequest, GivingDraft, GivingOccasion,
    GivingState, ListGivingRulesRequest, ProgrammeScope, ReturnBenefitsRequest,
    SaveTierProgrammeRequest, SetMemberTierRequest, Tier, TierBenefits, TierChangeMode,
    TierCondition, TierDowngrade, TierRules, TierWindow, UpdateGivingRuleRequest,
    benefit_service_client::BenefitServiceClient, giving_service_client::GivingServiceClient,
    tier_service_client::TierServiceClient,
};
use testkit::{eventually, identities};

use crate::{
    common::Club,
    giving_desk::Desk,
    points_shop::{Shop, reason},
};

fn draft(name: &str, template: &CouponTemplate, occasion: GivingOccasion) -> GivingDraft {
    GivingDraft {
        name: name.to_owned(),
        template_id: template.template_id.clone(),
        occasion: occasion.into(),
        ..Default::default()
    }
}

fn tier(name: &str, spend: i64) -> Tier {
    Tier {
        name: name.to_owned(),
        colour: "#c0a020".to_owned(),
        upgrade: (spend > 0).then(|| TierCondition {
            spend,
            ..Default::default()
        }),
        validity_days: 0,
        downgrade: TierDowngrade::OneTier.into(),
        benefits: Some(TierBenefits {
            points_factor_bp: 10_000,
            ..Default::default()
        }),
        ..Default::default()
    }
}

/// The programme and its tiers 一般 and 金, the latter from 5,000.
async fn tiers(shop: &Shop) -> (String, Vec<String>) {
    let request = SaveTierProgrammeRequest {
        idempotency_key: "tiers".to_owned(),
        scope: ProgrammeScope::Organisation.into(),
        rules: Some(TierRules {
            tiers: vec![tier("一般", 0), tier("金", 5_000)],
            window: TierWindow::RollingYear.into(),
        }),
        mode: TierChangeMode::Recalculate.into(),
        ..Default::default()
    };
    let saved = shop.tiers().save_tier_programme(request).await.unwrap();
    let programme = saved.into_inner().programme.unwrap();
    let rules = programme.versions[0].rules.clone().unwrap();
    let tiers = rules.tiers.into_iter().map(|tier| tier.tier_id).collect();
    (programme.programme_id, tiers)
}

#[tokio::test]
async fn who_joins_gets_coupons_and_who_was_there_before_gets_none() {
    let club = Club::open().await;
    let before = club.join("one", "0911123456", "王小明").await;
    let desk = Desk {
        service: &club.service,
        org: club.org,
    };
    let template = desk.template(|_| {}).await;
    let rule = desk
        .create(GivingDraft {
            count: 2,
            ..draft("入會禮", &template, GivingOccasion::Joined)
        })
        .await
        .unwrap();
    club.advance(TimeDelta::minutes(2));
    let person = club.join("two", "0922333444", "陳美玲").await;
    let id = |member: &str| member.parse::<MemberId>().unwrap();
    let joined = id(&person.me.member_id);
    eventually(async || desk.coupons_of(joined).await.len() == 2).await;
    // Signing in again is not joining.
    club.advance(TimeDelta::minutes(2));
    club.join("three", "0922333444", "").await;
    desk.settled().await;
    assert_eq!(desk.coupons_of(joined).await.len(), 2);
    assert_eq!(desk.coupons_of(id(&before.me.member_id)).await, []);
    let given = desk.rule(&rule.rule_id).await;
    assert_eq!(
        (given.given_count, given.coupon_name.as_str()),
        (2, "折 50")
    );

    let request = GetCouponRequest {
        coupon_id: desk.coupons_of(joined).await[0].coupon_id.clone(),
    };
    let shown = desk
        .coupons()
        .get_coupon(request)
        .await
        .unwrap()
        .into_inner();
    let entry = &shown.entries[0];
    assert_eq!(entry.kind(), CouponEntryKind::Issued);
    assert_eq!(
        (entry.reason.as_str(), entry.actor.as_str()),
        ("入會禮", "")
    );
}

#[tokio::test]
async fn reaching_a_tier_again_gives_nothing_twice() {
    let shop = Shop::open().await;
    let desk = Desk::of(&shop);
    let (_, tiers) = tiers(&shop).await;
    let template = desk.template(|_| {}).await;
    let rule = GivingDraft {
        tier_ids: vec![tiers[1].clone()],
        ..draft("升等禮", &template, GivingOccasion::TierReached)
    };
    desk.create(rule).await.unwrap();
    let order = shop.complete(5_000, "").await;
    eventually(async || desk.coupons_of(shop.member).await.len() == 1).await;

    // A refund takes the tier back, and another order reaches it again.
    let refund = ReturnBenefitsRequest {
        order_id: order.to_string(),
        refund_id: RefundId::new(shop.service.clock()).to_string(),
        whole: true,
        ..Default::default()
    };
    let ordering = identities::service("ordering", shop.org);
    let mut benefits = BenefitServiceClient::new(shop.service.channel_as(&ordering));
    benefits.return_benefits(refund).await.unwrap();
    shop.complete(6_000, "").await;
    let changes = "SELECT count(*) FROM tier_changes WHERE cause = 'reached'";
    eventually(async || {
        let mut superuser = shop.service.db().superuser().await;
        let reached: i64 = sqlx::query_scalar(changes)
            .fetch_one(&mut superuser)
            .await
            .unwrap();
        reached == 2
    })
    .await;
    desk.settled().await;
    assert_eq!(desk.coupons_of(shop.member).await.len(), 1);
}

#[tokio::test]
async fn each_month_gives_once_to_who_has_the_tier_then() {
    let shop = Shop::open().await;
    let desk = Desk::of(&shop);
    let other = MemberId::new(shop.service.clock());
    shop.add_member(other, "+886911000002").await;
    let (programme_id, tiers) = tiers(&shop).await;
    let set = SetMemberTierRequest {
        member_id: shop.member.to_string(),
        programme_id,
        tier_id: tiers[1].clone(),
        valid_until: None,
        reason: "補償".to_owned(),
    };
    shop.tiers().set_member_tier(set).await.unwrap();
    let template = desk.template(|_| {}).await;
    let of_gold = GivingDraft {
        tier_ids: vec![tiers[1].clone()],
        ..draft("金卡月禮", &template, GivingOccasion::Monthly)
    };
    desk.create(of_gold).await.unwrap();
    let of_all = GivingDraft {
        tier_ids: tiers.clone(),
        ..draft("會員月禮", &template, GivingOccasion::Monthly)
    };
    desk.create(of_all).await.unwrap();
    desk.settled().await;
    assert_eq!(desk.coupons_of(shop.member).await, []);
    for (at, gold, base) in [
        // 1 October 04:59 and 05:00 in Taipei, later that month, 1 November.
        ("2026-09-30T20:59:00Z", 0, 0),
        ("2026-09-30T21:00:00Z", 2, 1),
        ("2026-10-20T04:00:00Z", 2, 1),
        ("2026-10-31T21:00:00Z", 4, 2),
    ] {
        desk.advance_to(at).await;
        let count = async |member| desk.coupons_of(member).await.len();
        let counts = (count(shop.member).await, count(other).await);
        assert_eq!(counts, (gold, base), "{at}");
    }
    let mine = GetMyTierRequest {
        brand_id: shop.brand.to_string(),
    };
    let channel = shop.service.channel_as(&shop.member_identity());
    let mine = TierServiceClient::new(channel).get_my_tier(mine).await;
    let gifts = mine.unwrap().into_inner().gifts;
    let shown: Vec<_> = gifts
        .iter()
        .map(|gift| (gift.tier_id == tiers[1], gift.name.as_str(), gift.count))
        .collect();
    assert_eq!(
        shown,
        [(false, "折 50", 1), (true, "折 50", 1), (true, "折 50", 1)]
    );
}

#[tokio::test]
async fn a_birthday_gives_once_from_its_day_of_giving_on() {
    let shop = Shop::open().await;
    let desk = Desk::of(&shop);
    // It is noon of 2 September in Taipei.
    let (soon, late) = (shop.member, MemberId::new(shop.service.clock()));
    shop.add_member(late, "+886911000002").await;
    desk.set_birthday(soon, "1990-09-05").await;
    desk.set_birthday(late, "1990-09-12").await;
    let template = desk.template(|_| {}).await;
    shop.service.clock().advance(TimeDelta::minutes(1));
    let rule = GivingDraft {
        days_before: Some(5),
        ..draft("生日禮", &template, GivingOccasion::Birthday)
    };
    desk.create(rule).await.unwrap();
    desk.settled().await;
    // The day of giving of the first was before the rule.
    for (at, of_late) in [
        ("2026-09-06T04:00:00Z", 0),
        ("2026-09-07T04:00:00Z", 1),
        ("2026-09-08T04:00:00Z", 1),
    ] {
        desk.advance_to(at).await;
        assert_eq!(desk.coupons_of(late).await.len(), of_late, "{at}");
        assert_eq!(desk.coupons_of(soon).await, [], "{at}");
    }
    // A birthday that is changed comes not twice, and who joins within the days is not left out.
    desk.set_birthday(late, "1990-09-20").await;
    let joins = MemberId::new(shop.service.clock());
    shop.add_member(joins, "+886911000003").await;
    desk.set_birthday(joins, "2000-09-10").await;
    desk.advance_to("2026-09-09T04:00:00Z").await;
    assert_eq!(desk.coupons_of(joins).await.len(), 1);
    desk.advance_to("2026-09-18T04:00:00Z").await;
    assert_eq!(desk.coupons_of(late).await.len(), 1);
    desk.advance_to("2027-09-15T04:00:00Z").await;
    assert_eq!(desk.coupons_of(late).await.len(), 2);
}

#[tokio::test]
async fn a_round_over_many_members_gives_each_its_coupon() {
    let shop = Shop::open().await;
    let desk = Desk::of(&shop);
    let mut superuser = shop.service.db().superuser().await;
    sqlx::query(
        "INSERT INTO members (org_id, member_id, version, state, name, name_key, joined_at, birthday)
         SELECT $1, gen_random_uuid(), 1, CASE WHEN number > 1100 THEN 'blocked' ELSE 'active' END,
             '', '', $2, '1990-09-20'
         FROM generate_series(1, 1110) AS number",
    )
    .bind(shop.org.as_uuid())
    .bind(shop.service.clock().now())
    .execute(&mut superuser)
    .await
    .unwrap();
    let template = desk
        .template(|draft| draft.per_member_limit = Some(1))
        .await;
    let rule = draft("壽星", &template, GivingOccasion::Birthday);
    let rule = GivingDraft {
        days_before: Some(10),
        ..rule
    };
    let rule = desk.create(rule).await.unwrap();
    desk.advance_to("2026-09-10T04:00:00Z").await;
    let given = desk.rule(&rule.rule_id).await;
    assert_eq!((given.given_count, given.stopped_by.as_str()), (1_100, ""));
    let members: i64 = sqlx::query_scalar("SELECT count(DISTINCT member_id) FROM coupons")
        .fetch_one(&mut superuser)
        .await
        .unwrap();
    assert_eq!(members, 1_100);
    // The next day finds nobody new.
    desk.advance_to("2026-09-11T04:00:00Z").await;
    assert_eq!(desk.rule(&rule.rule_id).await.given_count, 1_100);
}

#[tokio::test]
async fn limits_stop_a_rule_and_it_says_so() {
    let shop = Shop::open().await;
    let desk = Desk::of(&shop);
    let template = desk.template(|draft| draft.issue_limit = Some(3)).await;
    let members: Vec<MemberId> = (2..=5)
        .map(|_| MemberId::new(shop.service.clock()))
        .collect();
    for (index, member) in members.iter().enumerate() {
        shop.add_member(*member, &format!("+88691100000{}", index + 2))
            .await;
        desk.set_birthday(*member, "1990-09-04").await;
    }
    let rule = GivingDraft {
        days_before: Some(2),
        most_coupons: Some(2),
        ..draft("生日禮", &template, GivingOccasion::Birthday)
    };
    let rule = desk.create(rule.clone()).await.unwrap();
    desk.settled().await;
    let full = desk.rule(&rule.rule_id).await;
    assert_eq!(
        (full.given_count, full.stopped_by.as_str()),
        (2, "ISSUE_LIMIT")
    );

    // Then the template's own limit.
    let more = UpdateGivingRuleRequest {
        rule_id: rule.rule_id.clone(),
        version: rule.version,
        rule: Some(GivingDraft {
            most_coupons: None,
            ..rule.rule.clone().unwrap()
        }),
    };
    let more = desk.rules().update_giving_rule(more).await.unwrap();
    let more = more.into_inner().rule.unwrap();
    assert_eq!((more.version, more.stopped_by.as_str()), (2, ""));
    desk.advance_to("2026-09-03T04:00:00Z").await;
    let full = desk.rule(&rule.rule_id).await;
    assert_eq!(
        (full.given_count, full.stopped_by.as_str()),
        (3, "ISSUE_LIMIT")
    );

    desk.template_is(&template, CouponTemplateState::Stopped)
        .await;
    desk.advance_to("2026-09-04T04:00:00Z").await;
    let stopped = desk.rule(&rule.rule_id).await;
    assert_eq!(stopped.stopped_by, "TEMPLATE_NOT_ACTIVE");
    let given: usize = futures::future::join_all(members.iter().map(|id| desk.coupons_of(*id)))
        .await
        .iter()
        .map(Vec::len)
        .sum();
    assert_eq!(given, 3);
}

#[tokio::test]
async fn what_falls_into_a_pause_is_not_made_up_for() {
    let shop = Shop::open().await;
    let desk = Desk::of(&shop);
    desk.set_birthday(shop.member, "1990-09-03").await;
    let template = desk.template(|_| {}).await;
    shop.service.clock().advance(TimeDelta::minutes(1));
    let rule = GivingDraft {
        days_before: Some(0),
        ..draft("生日禮", &template, GivingOccasion::Birthday)
    };
    let rule = desk.create(rule).await.unwrap();
    let to = async |version: i64, state: GivingState| {
        let request = ChangeGivingRuleStateRequest {
            rule_id: rule.rule_id.clone(),
            version,
            state: state.into(),
        };
        desk.rules().change_giving_rule_state(request).await
    };
    to(1, GivingState::Paused).await.unwrap();
    assert_eq!(reason(to(1, GivingState::Active).await), "VERSION_CONFLICT");
    assert_eq!(
        reason(to(2, GivingState::Paused).await),
        "ILLEGAL_TRANSITION"
    );
    desk.advance_to("2026-09-04T04:00:00Z").await;
    to(2, GivingState::Active).await.unwrap();
    desk.settled().await;
    assert_eq!(desk.coupons_of(shop.member).await, []);
    to(3, GivingState::Ended).await.unwrap();
    let change = UpdateGivingRuleRequest {
        rule_id: rule.rule_id.clone(),
        version: 4,
        rule: rule.rule.clone(),
    };
    let refused = desk.rules().update_giving_rule(change).await;
    assert_eq!(reason(refused), "ILLEGAL_TRANSITION");
    let open = desk
        .rules()
        .list_giving_rules(ListGivingRulesRequest::default())
        .await;
    assert_eq!(open.unwrap().into_inner().rules, []);
}

#[tokio::test]
async fn a_rule_names_what_is_there_and_what_the_caller_may_give() {
    let shop = Shop::open().await;
    let desk = Desk::of(&shop);
    let (_, tiers) = tiers(&shop).await;
    let template = desk.template(|_| {}).await;
    let wrong = async |change: &dyn Fn(&mut GivingDraft)| {
        let mut draft = draft("規則", &template, GivingOccasion::Monthly);
        draft.tier_ids = vec![tiers[1].clone()];
        change(&mut draft);
        let refused = desk.create(draft).await.unwrap_err();
        let problem = chassis::error::Problem::from_status(&refused);
        let fields: Vec<String> = problem.fields.iter().map(|at| at.field.clone()).collect();
        (problem.reason.to_string(), fields.join(","))
    };
    let at = |reason: &str, field: &str| (reason.to_owned(), field.to_owned());
    assert_eq!(
        wrong(&|draft| draft.tier_ids.clear()).await,
        at("VALIDATION_FAILED", "rule.tier_ids")
    );
    assert_eq!(
        wrong(&|draft| draft.days_before = Some(3)).await,
        at("VALIDATION_FAILED", "rule.days_before")
    );
    assert_eq!(
        wrong(&|draft| draft.count = 6).await,
        at("SETTING_RANGE", "rule.count")
    );
    let unknown = MemberId::new(shop.service.clock()).to_string();
    assert_eq!(
        wrong(&|draft| draft.tier_ids.push(unknown.clone())).await,
        at("NOT_FOUND", "rule.tier_ids[1]")
    );
    assert_eq!(
        wrong(&|draft| draft.template_id.clone_from(&unknown)).await,
        at("NOT_FOUND", "rule.template_id")
    );

    let rule = desk
        .create(draft("入會禮", &template, GivingOccasion::Joined))
        .await
        .unwrap();
    // Somebody of a branch gives nothing of the organisation's, and another organisation finds nothing.
    let of_branch = Identity {
        scope: Scope {
            branches: [shop.branch].into(),
            ..Scope::default()
        },
        ..shop.owner()
    };
    let stranger = identities::owner(testkit::organisation());
    for (identity, expected, listed) in [(of_branch, "OUT_OF_SCOPE", 1), (stranger, "NOT_FOUND", 0)]
    {
        let mut rules = GivingServiceClient::new(shop.service.channel_as(&identity));
        let found = rules
            .list_giving_rules(ListGivingRulesRequest::default())
            .await;
        assert_eq!(found.unwrap().into_inner().rules.len(), listed);
        let create = CreateGivingRuleRequest {
            idempotency_key: "other".to_owned(),
            rule: Some(draft("別人的", &template, GivingOccasion::Joined)),
        };
        assert_eq!(reason(rules.create_giving_rule(create).await), expected);
        let end = ChangeGivingRuleStateRequest {
            rule_id: rule.rule_id.clone(),
            version: 1,
            state: GivingState::Ended.into(),
        };
        assert_eq!(reason(rules.change_giving_rule_state(end).await), expected);
    }
    assert_eq!(desk.rule(&rule.rule_id).await.state(), GivingState::Active);
}
