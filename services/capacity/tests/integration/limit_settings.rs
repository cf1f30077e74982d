//! How staff set limits: tried before they count, kept in versions, given to other branches, seen as load.

use crate::common::{
    Shop,
    limits::{
        HALF_PAST, QUARTER_PAST, SIX, each_slot, overbooked, rolling, rule, units, whole_day,
    },
    reason, response, shown, timestamp,
};
use chassis::{
    clock::SystemClock,
    error::Problem,
    id::{BranchId, BrandId},
};
use chrono::TimeDelta;
use proto::capacity::v1::{
    ChannelShare, CopyLimitsRequest, DeleteLimitTemplateRequest, GetLoadRequest, LimitMeasure,
    LimitRule, LimitTemplate, LimitWindow, LimitWindowKind, Limits, ListLimitTemplatesRequest,
    ListLimitVersionsRequest, ListLoadRequest, PreviewLimitsRequest, PreviewLimitsResponse,
    SaveLimitTemplateRequest, SetLimitsRequest,
};
use testkit::eventually;

fn orders_of_slot(limit: i64) -> LimitRule {
    rule(LimitMeasure::Orders, each_slot(), limit)
}

async fn preview(
    shop: &Shop,
    rules: Vec<LimitRule>,
    business_day: &str,
) -> Result<PreviewLimitsResponse, Problem> {
    let request = PreviewLimitsRequest {
        branch_id: shop.branch.to_string(),
        rules,
        business_day: business_day.to_owned(),
    };
    response(shop.owner().limits.preview_limits(request).await)
}

#[tokio::test]
async fn every_fault_of_a_rule_is_named_at_its_field() {
    let shop = Shop::open().await;
    let share = |channel: i32, percent| ChannelShare { channel, percent };
    let faulty = LimitRule {
        limit: 10_000,
        shares: vec![share(1, 60), share(2, 41)],
        ..rule(LimitMeasure::Units, rolling(40), 0)
    };
    let unnamed = LimitWindow {
        kind: LimitWindowKind::Daypart.into(),
        from_minute: Some(600),
        to_minute: Some(600),
        ..LimitWindow::default()
    };
    let daypart = LimitRule {
        people: Some(2),
        ..rule(LimitMeasure::Orders, unnamed, 5)
    };
    let refused = shop.set_limits(vec![faulty, daypart]).await.unwrap_err();
    assert_eq!(refused.reason, "CAPACITY_INVALID");
    let fields: Vec<_> = refused.fields.iter().map(|it| it.field.as_str()).collect();
    assert_eq!(
        fields,
        [
            "rules[0].limit",
            "rules[0].shares",
            "rules[0].window.minutes",
            "rules[1].people",
            "rules[1].limit",
            "rules[1].window.name",
            "rules[1].window.to_minute",
        ]
    );
    let shapeless = vec![LimitRule::default(), orders_of_slot(1)];
    let refused = shop.set_limits(shapeless).await.unwrap_err();
    let fields: Vec<_> = refused.fields.iter().map(|it| it.field.as_str()).collect();
    assert_eq!(
        fields,
        ["rules[0].measure", "rules[0].target", "rules[0].window"]
    );
    let too_many = vec![orders_of_slot(1); 201];
    let refused = shop.set_limits(too_many).await.unwrap_err();
    assert_eq!(refused.fields[0].params["max"], "200");
    assert_eq!(shop.get_limits().await.version, 0);
}

#[tokio::test]
async fn two_people_do_not_overwrite_each_other() {
    let shop = Shop::open().await;
    shop.set_limits(vec![orders_of_slot(3)]).await.unwrap();
    let request = SetLimitsRequest {
        branch_id: shop.branch.to_string(),
        rules: vec![orders_of_slot(9)],
        version: 0,
        note: String::new(),
    };
    let refused = response(shop.owner().limits.set_limits(request).await).unwrap_err();
    assert_eq!(refused.reason, "VERSION_CONFLICT");
    assert_eq!(refused.params["actual"], "1");
    assert_eq!(shop.get_limits().await.rules[0].limit, 3);
}

#[tokio::test]
async fn every_change_is_kept_with_who_and_why() {
    let shop = Shop::open().await;
    for limit in 1..=21 {
        shop.set_limits(vec![orders_of_slot(limit)]).await.unwrap();
    }
    let mut request = ListLimitVersionsRequest {
        branch_id: shop.branch.to_string(),
        ..ListLimitVersionsRequest::default()
    };
    let first = response(
        shop.owner()
            .limits
            .list_limit_versions(request.clone())
            .await,
    )
    .unwrap();
    let latest = &first.versions[0];
    assert_eq!((latest.version, latest.rules[0].limit), (21, 21));
    assert_eq!((&*latest.changed_by, &*latest.note), ("王小明", "週年慶"));
    assert_eq!(shown(&latest.changed_at), "2026-09-02T04:00:00Z");
    assert_eq!(first.versions.len(), 20);
    request.page_token = first.next_page_token.unwrap();
    let last = response(shop.owner().limits.list_limit_versions(request).await).unwrap();
    let versions: Vec<_> = last.versions.iter().map(|it| it.version).collect();
    assert_eq!((versions, last.next_page_token), (vec![1], None));
}

/// 「若昨天用這個設定」.
#[tokio::test]
async fn the_orders_of_yesterday_are_tried_under_other_limits() {
    let shop = Shop::open().await;
    let mut orders = Vec::new();
    for slot in [SIX, SIX, QUARTER_PAST, SIX] {
        let order = shop.book(2, slot).await.unwrap();
        shop.publish_placed(order, 1).await;
        eventually(async || shop.stored(order).await.0 == "committed").await;
        orders.push(order.to_string());
        shop.clock.advance(TimeDelta::seconds(1));
    }
    let today = preview(&shop, vec![orders_of_slot(1)], "2026-09-02").await;
    assert_eq!(reason(today), "IN_THE_FUTURE");

    shop.clock.advance(TimeDelta::days(1));
    let rules = vec![rule(LimitMeasure::Units, whole_day(), 6), orders_of_slot(1)];
    let tried = preview(&shop, rules, "").await.unwrap();
    assert_eq!((&*tried.business_day, tried.orders), ("2026-09-02", 4));
    assert_eq!((tried.rescheduled, tried.refused), (2, 1));
    let response: Vec<_> = tried
        .tried
        .iter()
        .map(|it| {
            let offered = it.offered_at.is_some().then(|| shown(&it.offered_at));
            (it.order_id.clone(), offered, it.rules.as_slice())
        })
        .collect();
    // The second is offered the quarter, for it came before the third, which then finds the next one.
    assert_eq!(
        response,
        [
            (orders[1].clone(), Some(QUARTER_PAST.to_owned()), &[1][..]),
            (orders[3].clone(), None, &[0, 1]),
            (orders[2].clone(), Some(HALF_PAST.to_owned()), &[1]),
        ]
    );
    assert_eq!(shop.get_limits().await.version, 0, "trying changes nothing");
}

#[tokio::test]
async fn a_preview_lists_what_would_be_overbooked() {
    let shop = Shop::open().await;
    shop.book(2, SIX).await.unwrap();
    shop.book(3, SIX).await.unwrap();
    let rules = vec![orders_of_slot(9), rule(LimitMeasure::Units, each_slot(), 4)];
    let response = preview(&shop, rules, "").await.unwrap();
    let response: Vec<_> = response
        .overbooked
        .iter()
        .map(|it| (it.rule_id(), shown(&it.starts_at), it.used, it.limit))
        .collect();
    assert_eq!(response, [("1", SIX.to_owned(), 5, 4)]);
    shop.book(9, SIX).await.unwrap();
}

async fn copy(shop: &Shop, request: CopyLimitsRequest) -> Result<Vec<Limits>, Problem> {
    response(shop.owner().limits.copy_limits(request).await).map(|answer| answer.limits)
}

fn limits_of(branch: BranchId, to: &[BranchId]) -> CopyLimitsRequest {
    CopyLimitsRequest {
        from_branch_id: branch.to_string(),
        template_id: String::new(),
        to_branch_ids: to.iter().map(ToString::to_string).collect(),
    }
}

#[tokio::test]
async fn limits_are_given_to_branches_of_the_brand() {
    let mut shop = Shop::open().await;
    let second = shop.branch_of(shop.brand).await;
    let rules = shop
        .set_limits(vec![orders_of_slot(1)])
        .await
        .unwrap()
        .rules;

    let first = shop.switch_to(second);
    shop.book(1, SIX).await.unwrap();
    shop.book(1, SIX).await.unwrap();
    let given = copy(&shop, limits_of(first, &[second])).await.unwrap();
    assert_eq!(given[0].rules, rules);
    let rule_id = rules[0].rule_id.as_str();
    assert_eq!(overbooked(&given[0]), [(rule_id, SIX.to_owned(), 2, 1)]);
    assert_eq!(reason(shop.book(1, SIX).await), "SLOT_FULL");
    let again = copy(&shop, limits_of(first, &[second])).await.unwrap();
    assert_eq!(again[0].version, 1, "nothing to change");
}

#[tokio::test]
async fn limits_are_given_to_all_branches_named_or_to_none() {
    let mut shop = Shop::open().await;
    let second = shop.branch_of(shop.brand).await;
    let outsider = shop.branch_of(BrandId::new(&SystemClock)).await;
    shop.set_limits(vec![rule(LimitMeasure::Units, rolling(45), 9)])
        .await
        .unwrap();
    let first = shop.branch;
    let refused = copy(&shop, limits_of(first, &[second, outsider]))
        .await
        .unwrap_err();
    assert_eq!(refused.reason, "VALIDATION_FAILED");
    assert_eq!(refused.fields[0].field, "to_branch_ids");
    let unknown = BranchId::new(&SystemClock);
    let refused = copy(&shop, limits_of(first, &[second, unknown])).await;
    assert_eq!(reason(refused), "NOT_FOUND");

    let third = shop.branch_of(shop.brand).await;
    shop.switch_to(third);
    shop.set_hours(|hours| hours.slot_minutes = 30)
        .await
        .unwrap();
    let refused = copy(&shop, limits_of(first, &[second, third]))
        .await
        .unwrap_err();
    assert_eq!(
        refused.reason, "CAPACITY_INVALID",
        "45 minutes are no multiple of 30"
    );
    shop.switch_to(second);
    assert_eq!(shop.get_limits().await.version, 0);
}

async fn save(shop: &Shop, template: LimitTemplate) -> Result<LimitTemplate, Problem> {
    let request = SaveLimitTemplateRequest {
        template: Some(template),
    };
    response(shop.owner().limits.save_limit_template(request).await)
        .map(|saved| saved.template.unwrap())
}

async fn template_names(shop: &Shop) -> Vec<String> {
    let request = ListLimitTemplatesRequest {
        brand_id: shop.brand.to_string(),
    };
    let listed = response(shop.owner().limits.list_limit_templates(request).await).unwrap();
    listed.templates.into_iter().map(|it| it.name).collect()
}

#[tokio::test]
async fn a_template_is_named_once_changed_in_turn_and_left_with_those_who_took_it() {
    let shop = Shop::open().await;
    let named = |name: &str| LimitTemplate {
        brand_id: shop.brand.to_string(),
        name: name.to_owned(),
        rules: vec![orders_of_slot(7)],
        ..LimitTemplate::default()
    };
    let busy = save(&shop, named("年節")).await.unwrap();
    save(&shop, named("平日")).await.unwrap();
    let taken = save(&shop, named("平日")).await.unwrap_err();
    assert_eq!(taken.reason, "CODE_TAKEN");
    assert_eq!(taken.fields[0].field, "template.name");
    let unnamed = save(&shop, named("")).await.unwrap_err();
    assert_eq!(unnamed.fields[0].field, "template.name");
    let renamed = LimitTemplate {
        name: "平日".to_owned(),
        ..busy.clone()
    };
    assert_eq!(reason(save(&shop, renamed).await), "CODE_TAKEN");

    let stricter = LimitTemplate {
        rules: vec![orders_of_slot(2)],
        ..busy.clone()
    };
    let saved = save(&shop, stricter.clone()).await.unwrap();
    assert_eq!((saved.version, saved.rules[0].limit), (2, 2));
    assert_eq!(reason(save(&shop, stricter).await), "VERSION_CONFLICT");

    let request = CopyLimitsRequest {
        template_id: busy.template_id.clone(),
        from_branch_id: String::new(),
        to_branch_ids: vec![shop.branch.to_string()],
    };
    let given = copy(&shop, request.clone()).await.unwrap();
    assert_eq!(given[0].rules[0].limit, 2);
    let delete = || DeleteLimitTemplateRequest {
        brand_id: shop.brand.to_string(),
        template_id: busy.template_id.clone(),
    };
    response(shop.owner().limits.delete_limit_template(delete()).await).unwrap();
    assert_eq!(template_names(&shop).await, ["平日"]);
    let again = response(shop.owner().limits.delete_limit_template(delete()).await);
    assert_eq!(reason(again), "NOT_FOUND");
    assert_eq!(reason(copy(&shop, request).await), "NOT_FOUND");
    assert_eq!(shop.get_limits().await.rules[0].limit, 2);
}

#[tokio::test]
async fn the_load_of_a_day_is_listed_with_its_orders() {
    let shop = Shop::open().await;
    shop.set_hours(|hours| hours.max_orders_per_slot = Some(8))
        .await
        .unwrap();
    let rules = vec![rule(LimitMeasure::MakeMinutes, each_slot(), 10)];
    let rule_id = shop.set_limits(rules).await.unwrap().rules[0]
        .rule_id
        .clone();
    let (few, many) = (units(2), units(3));
    let first = shop
        .hold(shop.cart_at(&[few.clone(), many.clone()], SIX))
        .await
        .unwrap();
    let second = shop
        .hold(shop.cart_at(std::slice::from_ref(&many), SIX))
        .await
        .unwrap();
    shop.book(1, "2026-09-03T10:00:00Z").await.unwrap();

    let request = GetLoadRequest {
        branch_id: shop.branch.to_string(),
        from_day: String::new(),
        days: 1,
    };
    let load = response(shop.owner().limits.get_load(request).await).unwrap();
    assert!(
        load.slots
            .iter()
            .all(|slot| slot.business_day == "2026-09-02")
    );
    let slot = load
        .slots
        .iter()
        .find(|it| shown(&it.starts_at) == SIX)
        .unwrap();
    assert!(slot.open);
    assert_eq!(
        (slot.orders, slot.units, slot.make_seconds, slot.amount),
        (2, 8, 480, 400)
    );
    let used: Vec<_> = slot
        .rules
        .iter()
        .map(|it| (it.rule_id(), it.used, it.limit))
        .collect();
    assert_eq!(used, [(&*rule_id, 8, 10), ("", 2, 8)]);
    let idle = load.slots.iter().filter(|slot| slot.orders > 0).count();
    assert_eq!(idle, 1, "only one slot of the day has orders");

    let request = ListLoadRequest {
        branch_id: shop.branch.to_string(),
        from: Some(timestamp(SIX)),
        to: Some(timestamp(QUARTER_PAST)),
    };
    let filling = response(shop.owner().limits.list_load(request.clone()).await).unwrap();
    let products: Vec<_> = filling
        .products
        .iter()
        .map(|it| (&*it.variant_id, it.units, it.make_seconds, it.amount))
        .collect();
    assert_eq!(
        products,
        [
            (&*many.variant_id, 6, 360, 300),
            (&*few.variant_id, 2, 120, 100)
        ]
    );
    let orders: Vec<_> = filling
        .orders
        .iter()
        .map(|it| (&*it.order_id, shown(&it.slot_starts_at), it.units))
        .collect();
    let six = SIX.to_owned();
    let expected = [
        (&*first.order_id, six.clone(), 5),
        (&*second.order_id, six, 3),
    ];
    assert_eq!(orders, expected);

    let backwards = ListLoadRequest {
        to: request.from,
        from: request.to,
        ..request
    };
    let refused = response(shop.owner().limits.list_load(backwards).await).unwrap_err();
    assert_eq!(refused.fields[0].field, "to");
}
