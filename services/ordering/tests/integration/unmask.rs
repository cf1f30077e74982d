//! The whole phone of who ordered, for those who may know it.

use crate::common::{Client, Shop, fields, reason, to, to_slot, transitioned};
use chassis::{
    authn::{Identity, Level, Scope},
    id::BranchId,
};
use proto::ordering::v1::{
    GetOrderRequest, ListOrdersRequest, Order, OrderState, UndoTransitionRequest,
    UnmaskContactRequest,
};
use testkit::identities;

fn granted(identity: Identity) -> Identity {
    let actions = ["member.unmask".to_owned()].into();
    Identity {
        actions,
        ..identity
    }
}

fn ask(order: &Order, reason: &str) -> UnmaskContactRequest {
    UnmaskContactRequest {
        order_id: order.order_id.clone(),
        reason: reason.to_owned(),
    }
}

#[tokio::test]
async fn every_answer_to_staff_masks_the_phone_whatever_is_granted() {
    let shop = Shop::open().await;
    let (order, _) = shop.placed("k").await;
    let mut staff = shop.client(&granted(shop.counter_identity()));
    let order_id = order.order_id.clone();
    let mut phones = Vec::new();

    let list = ListOrdersRequest {
        branch_id: order.branch_id.clone(),
        ..Default::default()
    };
    let listed = staff.list_orders(list).await.unwrap().into_inner().orders;
    phones.extend(listed.into_iter().map(|it| it.contact_phone));
    let get = GetOrderRequest { order_id };
    let got = staff.get_order(get).await.unwrap().into_inner();
    phones.push(got.order.unwrap().contact_phone);
    let later = staff
        .reschedule_order(to_slot(&shop, &order, 60))
        .await
        .unwrap();
    let order = later.into_inner().order.unwrap();
    phones.push(order.contact_phone.clone());
    let order = transitioned(&mut staff, to(&order, OrderState::Accepted))
        .await
        .unwrap();
    phones.push(order.contact_phone.clone());
    let undo = UndoTransitionRequest {
        order_id: order.order_id,
        version: order.version,
    };
    let undone = staff.undo_transition(undo).await.unwrap().into_inner();
    phones.push(undone.order.unwrap().contact_phone);
    assert_eq!(phones, ["0911***456"; 5]);
}

#[tokio::test]
async fn the_phone_is_unmasked_for_a_reason_and_by_who_may_alone() {
    let shop = Shop::open().await;
    let (order, _) = shop.placed("k").await;
    let mut staff = shop.client(&granted(shop.counter_identity()));
    let contact = staff.unmask_contact(ask(&order, "通知缺貨")).await.unwrap();
    let contact = contact.into_inner().contact.unwrap();
    assert_eq!(
        (contact.name.as_str(), contact.phone.as_str()),
        ("陳小姐", "+886911123456")
    );

    let unsaid = staff.unmask_contact(ask(&order, " ")).await.unwrap_err();
    assert_eq!(
        fields(&unsaid),
        [("reason".to_owned(), "REASON_REQUIRED".to_owned())]
    );
    let long = ask(&order, &"長".repeat(201));
    assert_eq!(reason(staff.unmask_contact(long).await), "TEXT_TOO_LONG");
    let denied = shop
        .counter()
        .unmask_contact(ask(&order, "通知缺貨"))
        .await
        .unwrap_err();
    let denied = chassis::error::Problem::from_status(&denied);
    assert_eq!(denied.reason, "PERMISSION_DENIED");
    assert_eq!(denied.params["action"], "member.unmask");
}

#[tokio::test]
async fn the_phone_of_another_branch_or_organisation_stays_unknown() {
    let shop = Shop::open().await;
    let (order, _) = shop.placed("k").await;
    let elsewhere = Scope {
        branches: [BranchId::new(shop.service.clock())].into(),
        ..Default::default()
    };
    let permissions = [("ops.orders", Level::Manage)];
    let far = granted(identities::staff(shop.org, &permissions, elsewhere));
    let stranger = identities::owner(testkit::organisation());
    for (identity, expected) in [(far, "OUT_OF_SCOPE"), (stranger, "NOT_FOUND")] {
        let mut client: Client = shop.client(&identity);
        let answer = client.unmask_contact(ask(&order, "通知缺貨")).await;
        assert_eq!(reason(answer), expected);
    }
}
