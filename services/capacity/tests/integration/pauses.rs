//! What is paused cannot be had, until its time, a delivery or somebody ends it.

use crate::common::{
    Shop,
    pauses::{Tea, end, minutes, whole_branch},
    reason, response, shown, timestamp,
};
use chassis::{authn::Scope, id::BranchId};
use chrono::TimeDelta;
use proto::{
    capacity::v1::{
        CreatePauseRequest, HoldRequest, ListPausesRequest, MovementKind, OrderWithTarget,
        PauseEnd, PauseEndKind, PauseEnding, PauseReason, PauseScope, PauseTarget, PauseTargetKind,
        PreviewPauseRequest, ResumePauseRequest, SlotState, StockMode,
    },
    common::v1::{Channel, Method},
};
use testkit::{eventually, identities};

#[tokio::test]
async fn what_is_paused_is_refused_at_its_line_and_sold_again_after_resuming() {
    let shop = Shop::open().await;
    let tea = Tea::new();
    for target in [
        tea.as_product(),
        tea.as_variant(),
        tea.as_option(),
        tea.as_category(),
        tea.as_station(),
        tea.as_tag(),
    ] {
        let kind = target.kind();
        let pause = shop.pause(shop.pause_of(target.clone())).await.unwrap();
        let refused = shop.hold(shop.order_of(tea)).await.unwrap_err();
        assert_eq!(refused.reason, "PAUSED", "{kind:?}");
        assert_eq!(refused.fields[0].field, "lines[0]");
        let params = &refused.fields[0].params;
        let named = params.get("target_id").or(params.get("target_name"));
        assert_eq!(
            named,
            target.id.as_ref().or(target.name.as_ref()),
            "{kind:?}"
        );
        // Until the cut-off at 04:00 in Taipei.
        assert_eq!(refused.fields[0].params["ends_at"], "2026-09-02T20:00:00Z");
        assert!(shop.sells(Tea::new()).await, "another tea is not concerned");

        let resumed = shop.resume(&pause).await.unwrap();
        assert_eq!(resumed.ending(), PauseEnding::Resumed);
        assert_eq!(resumed.ended_by, "王小明");
        assert!(shop.sells(tea).await, "{kind:?}");
    }
}

#[tokio::test]
async fn a_rejection_names_everything_wrong_with_an_order() {
    let shop = Shop::open().await;
    let tea = Tea::new();
    shop.set_item(tea.sku(), StockMode::Running, 0, 0)
        .await
        .unwrap();
    shop.pause(shop.pause_of(tea.as_option())).await.unwrap();
    let body = HoldRequest {
        wanted_at: Some(timestamp("2026-09-02T18:00:00Z")),
        ..shop.order_of(tea)
    };
    let refused = shop.hold(body).await.unwrap_err();
    let reasons: Vec<_> = refused.fields.iter().map(|field| &*field.reason).collect();
    assert_eq!(reasons, ["OUT_OF_STOCK", "PAUSED", "CLOSED"]);
}

#[tokio::test]
async fn an_order_for_after_the_end_can_be_had() {
    let shop = Shop::open().await;
    let tea = Tea::new();
    let request = CreatePauseRequest {
        end: minutes(60),
        ..shop.pause_of(tea.as_product())
    };
    shop.pause(request).await.unwrap();
    let at = |wanted_at| HoldRequest {
        wanted_at: Some(timestamp(wanted_at)),
        ..shop.order_of(tea)
    };
    assert_eq!(
        reason(shop.hold(at("2026-09-02T04:45:00Z")).await),
        "PAUSED"
    );
    assert!(shop.hold(at("2026-09-02T05:00:00Z")).await.is_ok());
    assert!(shop.hold(at("2026-09-03T04:45:00Z")).await.is_ok());
}

#[tokio::test]
async fn of_overlapping_pauses_the_last_end_counts() {
    let shop = Shop::open().await;
    let tea = Tea::new();
    let pause = |end| CreatePauseRequest {
        end,
        ..shop.pause_of(tea.as_product())
    };
    let long = shop.pause(pause(minutes(60))).await.unwrap();
    let short = shop.pause(pause(minutes(10))).await.unwrap();
    let refused = shop.hold(shop.order_of(tea)).await.unwrap_err();
    assert_eq!(refused.fields.len(), 1);
    assert_eq!(refused.fields[0].params["ends_at"], "2026-09-02T05:00:00Z");
    shop.resume(&long).await.unwrap();
    let refused = shop.hold(shop.order_of(tea)).await.unwrap_err();
    assert_eq!(refused.fields[0].params["ends_at"], "2026-09-02T04:10:00Z");
    shop.resume(&short).await.unwrap();
    assert!(shop.sells(tea).await);
}

#[tokio::test]
async fn a_pause_ends_by_itself_and_stays_in_the_history() {
    let shop = Shop::open().await;
    let tea = Tea::new();
    let request = CreatePauseRequest {
        end: minutes(30),
        ..shop.pause_of(tea.as_product())
    };
    shop.pause(request).await.unwrap();
    assert_eq!(shop.availability().await.pauses.len(), 1);
    shop.clock.advance(TimeDelta::minutes(30));
    // At its very time, whatever the job has written down yet.
    assert!(shop.sells(tea).await);
    eventually(async || !shop.paused(shop.branch, true).await.is_empty()).await;
    let ended = shop.paused(shop.branch, true).await;
    assert_eq!(ended[0].ending(), PauseEnding::Time);
    assert_eq!(shown(&ended[0].ended_at), "2026-09-02T04:30:00Z");
    assert!(shop.paused(shop.branch, false).await.is_empty());
    eventually(async || shop.availability().await.pauses.is_empty()).await;
}

#[tokio::test]
async fn storefronts_are_notified_when_a_pause_begins_and_ends() {
    let shop = Shop::open().await;
    let version = async || {
        sqlx::query_scalar::<_, i64>(
            "SELECT availability_version FROM branches WHERE branch_id = $1",
        )
        .bind(shop.branch.as_uuid())
        .fetch_one(&mut shop.db.superuser().await)
        .await
        .unwrap()
    };
    let before = version().await;
    let request = CreatePauseRequest {
        end: minutes(1),
        ..shop.pause_of(Tea::new().as_product())
    };
    shop.pause(request).await.unwrap();
    assert_eq!(version().await, before + 1);
    shop.clock.advance(TimeDelta::minutes(1));
    eventually(async || version().await == before + 2).await;
}

#[tokio::test]
async fn customers_see_what_is_paused_and_until_when_but_not_why_in_words_or_who() {
    let shop = Shop::open().await;
    let tea = Tea::new();
    let request = CreatePauseRequest {
        reason: PauseReason::Other.into(),
        note: "阿明把鍋子燒了".to_owned(),
        channels: vec![Channel::Web.into()],
        ..shop.pause_of(tea.as_product())
    };
    shop.pause(request).await.unwrap();
    let seen = shop.availability().await.pauses;
    assert_eq!(seen[0].target, Some(tea.as_product()));
    assert_eq!(seen[0].reason(), PauseReason::Other);
    assert_eq!(seen[0].channels, [i32::from(Channel::Web)]);
    assert_eq!(shown(&seen[0].ends_at), "2026-09-02T20:00:00Z");
    assert!(!format!("{seen:?}").contains("阿明"));
}

#[tokio::test]
async fn a_pause_of_one_channel_or_method_leaves_the_others_alone() {
    let shop = Shop::open().await;
    let request = CreatePauseRequest {
        channels: vec![Channel::UberEats.into()],
        ..shop.pause_of(whole_branch())
    };
    shop.pause(request).await.unwrap();
    assert!(shop.sells(Tea::new()).await);
    let uber = HoldRequest {
        channel: Channel::UberEats.into(),
        ..shop.order(&[])
    };
    assert_eq!(reason(shop.hold(uber).await), "PAUSED");

    let on_site = PauseTarget {
        kind: PauseTargetKind::Method.into(),
        method: Some(Method::OnSite.into()),
        ..PauseTarget::default()
    };
    shop.pause(shop.pause_of(on_site)).await.unwrap();
    assert!(shop.sells(Tea::new()).await);
    let order = HoldRequest {
        method: Method::OnSite.into(),
        ..shop.order(&[])
    };
    let refused = shop.hold(order).await.unwrap_err();
    assert_eq!(refused.fields[0].field, "method");
}

#[tokio::test]
async fn a_paused_branch_promises_nothing_and_offers_what_comes_after() {
    let shop = Shop::open().await;
    let request = CreatePauseRequest {
        end: minutes(60),
        ..shop.pause_of(whole_branch())
    };
    shop.pause(request).await.unwrap();
    let seen = shop.availability().await;
    assert_eq!(seen.promised_at, None);
    assert_eq!(shown(&seen.earliest_slot_at), "2026-09-02T05:00:00Z");
    let states: Vec<_> = seen
        .slots
        .iter()
        .map(|slot| (shown(&slot.starts_at), slot.state()))
        .filter(|(at, _)| at.as_str() == "2026-09-02T04:45:00Z" || at == "2026-09-02T05:00:00Z")
        .map(|(_, state)| state)
        .collect();
    assert_eq!(states, [SlotState::Full, SlotState::Open]);
    let refused = shop.hold(shop.order(&[])).await.unwrap_err();
    assert_eq!(refused.fields[0].field, "branch_id");
    assert_eq!(
        refused.fields[0].params["next_slot"],
        "2026-09-02T05:00:00Z"
    );
}

#[tokio::test]
async fn until_restocked_ends_when_units_can_be_had_again() {
    let shop = Shop::open().await;
    let tea = Tea::new();
    shop.set_item(tea.sku(), StockMode::Running, 0, 0)
        .await
        .unwrap();
    let request = || CreatePauseRequest {
        end: end(PauseEndKind::Restocked),
        ..shop.pause_of(tea.as_variant())
    };
    let pause = shop.pause(request()).await.unwrap();
    assert_eq!(pause.ends_at, None);
    shop.record_movement(tea.sku(), MovementKind::Counted, 0)
        .await
        .unwrap();
    assert!(
        shop.paused(shop.branch, true).await.is_empty(),
        "a count of 0 brings nothing"
    );
    shop.record_movement(tea.sku(), MovementKind::Received, 1)
        .await
        .unwrap();
    let ended = shop.paused(shop.branch, true).await;
    assert_eq!(ended[0].ending(), PauseEnding::Restocked);

    // The last unit is held, its order never comes: what is given back can be had again.
    let order = shop.hold(shop.order_of(tea)).await.unwrap().order_id;
    shop.pause(request()).await.unwrap();
    assert!(shop.release(order.parse().unwrap()).await);
    assert_eq!(shop.paused(shop.branch, true).await.len(), 2);
    assert!(shop.sells(tea).await);
}

#[tokio::test]
async fn what_nobody_counts_cannot_be_restocked_and_a_daily_amount_comes_back_with_the_day() {
    let shop = Shop::open().await;
    let tea = Tea::new();
    let request = || CreatePauseRequest {
        end: end(PauseEndKind::Restocked),
        ..shop.pause_of(tea.as_variant())
    };
    let refused = shop.pause(request()).await.unwrap_err();
    assert_eq!(refused.fields[0].field, "end.kind");
    shop.set_item(tea.sku(), StockMode::Daily, 20, 0)
        .await
        .unwrap();
    let pause = shop.pause(request()).await.unwrap();
    assert_eq!(shown(&pause.ends_at), "2026-09-02T20:00:00Z");

    // A product waits for any of its units.
    let product = CreatePauseRequest {
        restock_sku_ids: vec![tea.sku().to_string()],
        ..CreatePauseRequest {
            end: end(PauseEndKind::Restocked),
            ..shop.pause_of(tea.as_product())
        }
    };
    assert!(shop.pause(product.clone()).await.is_ok());
    let unsaid = CreatePauseRequest {
        restock_sku_ids: Vec::new(),
        ..product
    };
    let refused = shop.pause(unsaid).await.unwrap_err();
    assert_eq!(refused.fields[0].field, "restock_sku_ids");
}

#[tokio::test]
async fn resuming_what_is_sold_out_leaves_it_sold_out() {
    let shop = Shop::open().await;
    let tea = Tea::new();
    shop.set_item(tea.sku(), StockMode::Running, 0, 0)
        .await
        .unwrap();
    let pause = shop.pause(shop.pause_of(tea.as_product())).await.unwrap();
    shop.resume(&pause).await.unwrap();
    assert_eq!(reason(shop.hold(shop.order_of(tea)).await), "OUT_OF_STOCK");
}

#[tokio::test]
async fn what_headquarters_locked_a_branch_cannot_resume() {
    let shop = Shop::open().await;
    let tea = Tea::new();
    let request = CreatePauseRequest {
        scope: PauseScope::Brand.into(),
        brand_id: shop.brand.to_string(),
        branch_ids: Vec::new(),
        reason: PauseReason::FoodSafety.into(),
        locked: true,
        ..shop.pause_of(tea.as_product())
    };
    let pause = shop.pause(request).await.unwrap();
    let resume = ResumePauseRequest {
        pause_id: pause.pause_id.clone(),
        branch_id: shop.branch.to_string(),
        version: pause.version,
    };
    let mut clerk = shop.client(&shop.clerk()).pauses;
    assert_eq!(
        reason(response(clerk.resume_pause(resume.clone()).await)),
        "FIELD_LOCKED"
    );
    assert!(!shop.sells(tea).await);

    let mut of_brand = shop.clerk();
    of_brand.scope = Scope {
        brands: [shop.brand].into(),
        ..Scope::default()
    };
    response(shop.client(&of_brand).pauses.resume_pause(resume).await).unwrap();
    assert!(shop.sells(tea).await);
}

#[tokio::test]
async fn a_branch_can_neither_lock_nor_pause_the_brand() {
    let shop = Shop::open().await;
    let target = Tea::new().as_product();
    let mut clerk = shop.client(&shop.clerk()).pauses;
    let locked = CreatePauseRequest {
        locked: true,
        ..shop.pause_of(target.clone())
    };
    let brand = CreatePauseRequest {
        scope: PauseScope::Brand.into(),
        brand_id: shop.brand.to_string(),
        ..shop.pause_of(target.clone())
    };
    for request in [locked, brand] {
        assert_eq!(
            reason(response(clerk.create_pause(request).await)),
            "OUT_OF_SCOPE"
        );
    }
    assert!(clerk.create_pause(shop.pause_of(target)).await.is_ok());
}

#[tokio::test]
async fn a_brand_is_paused_everywhere_and_each_branch_resumes_for_itself() {
    let mut shop = Shop::open().await;
    let second = shop.branch_of(shop.brand).await;
    let tea = Tea::new();
    let request = CreatePauseRequest {
        scope: PauseScope::Brand.into(),
        brand_id: shop.brand.to_string(),
        ..shop.pause_of(tea.as_product())
    };
    let pause = shop.pause(request).await.unwrap();
    assert_eq!(pause.branch_count, 2);
    let in_second = || HoldRequest {
        branch_id: second.to_string(),
        ..shop.order_of(tea)
    };
    assert!(!shop.sells(tea).await);
    assert_eq!(reason(shop.hold(in_second()).await), "PAUSED");

    let mut clerk = shop.client(&shop.clerk()).pauses;
    let everywhere = ResumePauseRequest {
        pause_id: pause.pause_id.clone(),
        branch_id: String::new(),
        version: pause.version,
    };
    assert_eq!(
        reason(response(clerk.resume_pause(everywhere.clone()).await)),
        "OUT_OF_SCOPE"
    );
    let here = ResumePauseRequest {
        branch_id: shop.branch.to_string(),
        ..everywhere
    };
    response(clerk.resume_pause(here).await).unwrap();
    assert!(shop.sells(tea).await);
    assert_eq!(reason(shop.hold(in_second()).await), "PAUSED");
    assert_eq!(shop.paused(second, false).await.len(), 1);
    assert_eq!(shop.paused(shop.branch, true).await.len(), 1);

    // A branch that opens later joins in.
    let third = shop.branch_of(shop.brand).await;
    assert_eq!(shop.paused(third, false).await.len(), 1);
}

#[tokio::test]
async fn a_repeated_request_pauses_once_and_another_with_its_key_is_refused() {
    let shop = Shop::open().await;
    let request = shop.pause_of(Tea::new().as_product());
    let first = shop.pause(request.clone()).await.unwrap();
    assert_eq!(shop.pause(request.clone()).await.unwrap(), first);
    assert_eq!(shop.paused(shop.branch, false).await.len(), 1);
    let other = CreatePauseRequest {
        note: "別的".to_owned(),
        ..request
    };
    assert_eq!(reason(shop.pause(other).await), "IDEMPOTENCY_MISMATCH");

    let resumed = shop.resume(&first).await.unwrap();
    assert_eq!(
        shop.resume(&first).await.unwrap(),
        resumed,
        "repeating is safe"
    );
}

#[tokio::test]
async fn a_stale_version_is_refused() {
    let shop = Shop::open().await;
    let mut pause = shop
        .pause(shop.pause_of(Tea::new().as_product()))
        .await
        .unwrap();
    pause.version += 1;
    assert_eq!(reason(shop.resume(&pause).await), "VERSION_CONFLICT");
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_every_field() {
    let shop = Shop::open().await;
    let at = |raw| {
        Some(PauseEnd {
            kind: PauseEndKind::At.into(),
            minutes: None,
            at: Some(timestamp(raw)),
        })
    };
    let tea = Tea::new();
    let ends = |end| CreatePauseRequest {
        end,
        ..shop.pause_of(tea.as_product())
    };
    for (end, refusal) in [
        (at("2026-09-02T04:00:00Z"), "IN_THE_PAST"),
        (at("2026-10-02T04:00:01Z"), "IN_THE_FUTURE"),
    ] {
        let refused = shop.pause(ends(end)).await.unwrap_err();
        assert_eq!(refused.reason, refusal);
        assert_eq!(refused.fields[0].field, "end.at");
    }
    assert!(shop.pause(ends(at("2026-10-02T04:00:00Z"))).await.is_ok());

    for (name, refusal) in [
        (String::new(), "EMPTY_TARGET"),
        ("吧".repeat(21), "TEXT_TOO_LONG"),
    ] {
        let mut target = tea.as_station();
        target.name = Some(name);
        let refused = shop.pause(shop.pause_of(target)).await.unwrap_err();
        assert_eq!(refused.fields[0].field, "target.name");
        assert_eq!(refused.fields[0].reason, refusal);
    }

    let refused = shop.pause(CreatePauseRequest::default()).await.unwrap_err();
    let fields: Vec<_> = refused
        .fields
        .iter()
        .map(|field| field.field.as_str())
        .collect();
    assert_eq!(fields, ["idempotency_key", "target", "scope", "reason"]);
    let long = CreatePauseRequest {
        note: "字".repeat(201),
        end: minutes(0),
        ..shop.pause_of(tea.as_product())
    };
    let refused = shop.pause(long).await.unwrap_err();
    let response: Vec<_> = refused
        .fields
        .iter()
        .map(|field| (field.field.as_str(), &*field.reason))
        .collect();
    assert_eq!(
        response,
        [("note", "TEXT_TOO_LONG"), ("end.minutes", "SETTING_RANGE")]
    );
}

#[tokio::test]
async fn orders_that_contain_the_target_are_previewed() {
    let shop = Shop::open().await;
    let tea = Tea::new();
    let at = |wanted_at: &str| HoldRequest {
        wanted_at: Some(timestamp(wanted_at)),
        ..shop.order_of(tea)
    };
    let soon = shop.hold(at("2026-09-02T06:00:00Z")).await.unwrap();
    let tonight = shop.hold(at("2026-09-02T10:00:00Z")).await.unwrap();
    let tomorrow = shop.hold(at("2026-09-03T06:00:00Z")).await.unwrap();
    shop.publish_placed(soon.order_id.parse().unwrap(), 1).await;
    shop.hold(shop.order_of(Tea::new())).await.unwrap();
    let given_back = shop.hold(at("2026-09-02T06:00:00Z")).await.unwrap();
    assert!(shop.release(given_back.order_id.parse().unwrap()).await);

    let asked = |target, end| PreviewPauseRequest {
        branch_ids: vec![shop.branch.to_string()],
        scope: PauseScope::Branches.into(),
        target: Some(target),
        end,
        ..PreviewPauseRequest::default()
    };
    let found = async |request| {
        let answer = shop.owner().pauses.preview_pause(request).await.unwrap();
        let answer = answer.into_inner();
        assert_eq!(
            usize::try_from(answer.order_count).unwrap(),
            answer.orders.len()
        );
        let id = |order: &OrderWithTarget| order.order_id.clone();
        answer.orders.iter().map(id).collect::<Vec<_>>()
    };
    let today = [soon.order_id.clone(), tonight.order_id.clone()];
    for target in [
        tea.as_product(),
        tea.as_variant(),
        tea.as_option(),
        tea.as_category(),
        tea.as_station(),
        tea.as_tag(),
    ] {
        assert_eq!(found(asked(target, None)).await, today);
    }
    let manual = found(asked(tea.as_option(), end(PauseEndKind::Manual))).await;
    assert_eq!(manual.len(), 3);
    assert_eq!(manual[2], tomorrow.order_id);
    let two_hours = found(asked(tea.as_option(), minutes(180))).await;
    assert_eq!(two_hours, [soon.order_id]);
    let branch = found(asked(whole_branch(), None)).await;
    assert_eq!(branch.len(), 3, "the other tea too");
}

#[tokio::test]
async fn the_history_comes_page_by_page_latest_first() {
    let shop = Shop::open().await;
    for _ in 0..25 {
        let pause = shop
            .pause(shop.pause_of(Tea::new().as_product()))
            .await
            .unwrap();
        shop.resume(&pause).await.unwrap();
        shop.clock.advance(TimeDelta::seconds(1));
    }
    let page = async |page_token: String| {
        let request = ListPausesRequest {
            branch_id: shop.branch.to_string(),
            ended: true,
            page_size: 20,
            page_token,
        };
        shop.owner()
            .pauses
            .list_pauses(request)
            .await
            .unwrap()
            .into_inner()
    };
    let first = page(String::new()).await;
    let second = page(first.next_page_token.unwrap()).await;
    assert_eq!((first.pauses.len(), second.pauses.len()), (20, 5));
    assert_eq!(second.next_page_token, None);
    let ends: Vec<_> = first
        .pauses
        .iter()
        .chain(&second.pauses)
        .map(|pause| shown(&pause.ended_at))
        .collect();
    assert!(ends.is_sorted_by(|a, b| a > b));
}

#[tokio::test]
async fn a_pause_made_by_one_replica_counts_in_the_other_at_once() {
    let shop = Shop::with_replicas(2).await;
    let tea = Tea::new();
    let owner = identities::owner(shop.org);
    for _ in 0..3 {
        let body = || shop.order_of(tea);
        assert!(
            crate::common::hold(shop.ordering_of(1), body())
                .await
                .is_ok()
        );
        let pause = shop.pause(shop.pause_of(tea.as_product())).await.unwrap();
        let refused = crate::common::hold(shop.ordering_of(1), body()).await;
        assert_eq!(reason(refused), "PAUSED");
        let request = ResumePauseRequest {
            pause_id: pause.pause_id.clone(),
            branch_id: String::new(),
            version: pause.version,
        };
        response(shop.client_of(1, &owner).pauses.resume_pause(request).await).unwrap();
        assert!(shop.sells(tea).await);
    }
}

#[tokio::test]
async fn another_organisation_finds_neither_branch_nor_pause() {
    let mut shop = Shop::open().await;
    let (other, its_branch) = shop.other_organisation().await;
    let pause = shop
        .pause(shop.pause_of(Tea::new().as_product()))
        .await
        .unwrap();
    let mut outsider = shop.client(&identities::owner(other)).pauses;
    let resume = ResumePauseRequest {
        pause_id: pause.pause_id,
        branch_id: String::new(),
        version: pause.version,
    };
    let brand = CreatePauseRequest {
        scope: PauseScope::Brand.into(),
        brand_id: shop.brand.to_string(),
        ..shop.pause_of(whole_branch())
    };
    let preview = PreviewPauseRequest {
        branch_ids: vec![shop.branch.to_string()],
        scope: PauseScope::Branches.into(),
        target: Some(whole_branch()),
        ..PreviewPauseRequest::default()
    };
    let list = ListPausesRequest {
        branch_id: shop.branch.to_string(),
        ..ListPausesRequest::default()
    };
    let both = CreatePauseRequest {
        branch_ids: vec![its_branch.to_string(), shop.branch.to_string()],
        ..shop.pause_of(whole_branch())
    };
    let reasons = [
        reason(response(outsider.resume_pause(resume).await)),
        reason(response(
            outsider.create_pause(shop.pause_of(whole_branch())).await,
        )),
        reason(response(outsider.create_pause(both).await)),
        reason(response(outsider.preview_pause(preview).await)),
        reason(response(outsider.list_pauses(list).await)),
    ];
    assert_eq!(reasons, ["NOT_FOUND"; 5]);
    // Their brand happens to have the same id here: it applies to their branch alone.
    response(outsider.create_pause(brand).await).unwrap();
    assert_eq!(shop.paused(shop.branch, false).await.len(), 1);
}

#[tokio::test]
async fn staff_is_held_to_its_scope() {
    let shop = Shop::open().await;
    let pause = shop
        .pause(shop.pause_of(Tea::new().as_product()))
        .await
        .unwrap();
    let mut elsewhere = shop.clerk();
    elsewhere.scope = Scope {
        branches: [BranchId::new(&chassis::clock::SystemClock)].into(),
        ..Scope::default()
    };
    let mut staff = shop.client(&elsewhere).pauses;
    let resume = ResumePauseRequest {
        pause_id: pause.pause_id,
        branch_id: shop.branch.to_string(),
        version: pause.version,
    };
    let reasons = [
        reason(response(staff.resume_pause(resume).await)),
        reason(response(
            staff.create_pause(shop.pause_of(whole_branch())).await,
        )),
    ];
    assert_eq!(reasons, ["OUT_OF_SCOPE"; 2]);
}
