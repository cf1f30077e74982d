//! Events from the bus: they invalidate caches and notify live screens.

use chassis::{
    amqp::Amqp,
    inbox::{self, Received, Signal},
};
use futures::StreamExt as _;
use proto::{
    capacity::v1 as capacity, catalog::v1 as catalog, membership::v1 as membership,
    ordering::v1 as ordering, printing::v1 as printing, staff::v1 as staff,
};
use tokio_util::sync::CancellationToken;

use crate::{
    json::{
        convert::present,
        live::{
            AvailabilityChanged, MenuChanged, OrderChanged, PrintDeviceChanged, PrintJobChanged,
        },
        order_state::OrderState,
    },
    problem::Rejection,
    sse::Topic,
    state::Gateway,
};

const KEYS: [&str; 11] = [
    "ordering.order.*.v1",
    "ordering.schedule.changed.v1",
    "ordering.payment.changed.v1",
    "capacity.availability.changed.v1",
    "catalog.menu.published.v1",
    "catalog.brand.changed.v1",
    "catalog.branch.changed.v1",
    "staff.sessions.ended.v1",
    "membership.member.sessions_ended.v1",
    "printing.job.*.v1",
    "printing.device.changed.v1",
];

/// Listens until `shutdown`.
pub async fn listen(gateway: Gateway, amqp: Amqp, shutdown: CancellationToken) {
    let mut signals = inbox::subscribe(&amqp, &KEYS);
    while let Some(Some(signal)) = shutdown.run_until_cancelled(signals.next()).await {
        match signal {
            Signal::Gap => forget_everything(&gateway).await,
            Signal::Event(event) => {
                if let Err(refused) = apply(&gateway, &event).await {
                    tracing::error!(event.type = event.type_, error = ?refused, "an event was not applied");
                }
            }
        }
    }
}

/// Applies one event: first caches are invalidated, then screens are notified, so that
/// what they read again is new.
pub async fn apply(gateway: &Gateway, event: &Received) -> Result<(), Rejection> {
    match event.type_.as_str() {
        "ordering.schedule.changed.v1" => order_rescheduled(gateway, event),
        "ordering.payment.changed.v1" => order_payment_changed(gateway, event),
        "capacity.availability.changed.v1" => availability_changed(gateway, event).await,
        "catalog.menu.published.v1" => menu_published(gateway, event),
        "catalog.brand.changed.v1" => {
            let changed: catalog::BrandChanged = event.decode()?;
            storefront_changed(gateway, &changed.brand.unwrap_or_default().brand_id);
            Ok(())
        }
        "catalog.branch.changed.v1" => {
            let changed: catalog::BranchChanged = event.decode()?;
            storefront_changed(gateway, &changed.branch.unwrap_or_default().brand_id);
            Ok(())
        }
        "staff.sessions.ended.v1" => sessions_ended(gateway, event).await,
        "membership.member.sessions_ended.v1" => {
            let ended: membership::MemberSessionsEnded = event.decode()?;
            gateway.members().forget_ended(&ended.session_ids).await;
            Ok(())
        }
        "printing.device.changed.v1" => print_device_changed(gateway, event),
        job if job.starts_with("printing.job.") => print_job_changed(gateway, event),
        _ => order_changed(gateway, event),
    }
}

/// Events may have been missed: everything is read anew, and every screen reloads.
pub async fn forget_everything(gateway: &Gateway) {
    gateway.storefronts().forget();
    gateway.menus().expire_all();
    gateway.availabilities().forget_all();
    gateway.brand_pages().forget_all();
    gateway.identities().forget_all();
    gateway.members().forget_all();
    gateway.hub().reset();
}

fn storefront_changed(gateway: &Gateway, brand_id: &str) {
    gateway.storefronts().forget();
    gateway.menus().expire_all();
    gateway.brand_pages().note_change(brand_id);
}

fn order_changed(gateway: &Gateway, event: &Received) -> Result<(), Rejection> {
    let changed: ordering::OrderChanged = event.decode()?;
    notify_of_order(gateway, changed.change)
}

fn order_rescheduled(gateway: &Gateway, event: &Received) -> Result<(), Rejection> {
    let changed: ordering::ScheduleChanged = event.decode()?;
    notify_of_order(gateway, changed.change)
}

fn order_payment_changed(gateway: &Gateway, event: &Received) -> Result<(), Rejection> {
    let changed: ordering::OrderPaymentChanged = event.decode()?;
    notify_of_order(gateway, changed.change)
}

fn notify_of_order(
    gateway: &Gateway,
    change: Option<ordering::OrderChange>,
) -> Result<(), Rejection> {
    let change = present(change, "the change of an order")?;
    let topic = Topic::Order(change.order_id.clone());
    let data = OrderChanged {
        state: OrderState::from_wire(change.to)?,
        order_id: change.order_id,
        version: change.version,
    };
    gateway
        .hub()
        .publish(&change.branch_id, topic, "order", &data);
    Ok(())
}

async fn availability_changed(gateway: &Gateway, event: &Received) -> Result<(), Rejection> {
    let changed: capacity::AvailabilityChanged = event.decode()?;
    gateway.availabilities().forget(&changed.branch_id).await;
    if changed.times_changed {
        gateway.brand_pages().note_change(&changed.brand_id);
    }
    let data = AvailabilityChanged {
        sku_ids: changed.sku_ids,
    };
    gateway
        .hub()
        .publish(&changed.branch_id, Topic::Branch, "availability", &data);
    Ok(())
}

fn menu_published(gateway: &Gateway, event: &Received) -> Result<(), Rejection> {
    let published: catalog::MenuPublished = event.decode()?;
    gateway.menus().expire(&published.branch_id);
    let data = MenuChanged {
        menu_number: published.number,
    };
    gateway
        .hub()
        .publish(&published.branch_id, Topic::Branch, "menu", &data);
    Ok(())
}

fn print_job_changed(gateway: &Gateway, event: &Received) -> Result<(), Rejection> {
    let changed: printing::PrintJobChanged = event.decode()?;
    let state = changed.state().as_str_name();
    let data = PrintJobChanged {
        state: word(state, "PRINT_JOB_STATE_"),
        order_id: Some(changed.order_id).filter(|id| !id.is_empty()),
        job_id: changed.job_id,
    };
    gateway
        .hub()
        .publish(&changed.branch_id, Topic::Staff, "print_job", &data);
    Ok(())
}

fn print_device_changed(gateway: &Gateway, event: &Received) -> Result<(), Rejection> {
    let changed: printing::DeviceChanged = event.decode()?;
    let data = PrintDeviceChanged {
        state: word(changed.state().as_str_name(), "DEVICE_STATE_"),
        device_id: changed.device_id,
    };
    gateway
        .hub()
        .publish(&changed.branch_id, Topic::Staff, "print_device", &data);
    Ok(())
}

/// The word of an enum's value, as the transcoded endpoints have it.
fn word(name: &str, prefix: &str) -> String {
    name.trim_start_matches(prefix).to_ascii_lowercase()
}

async fn sessions_ended(gateway: &Gateway, event: &Received) -> Result<(), Rejection> {
    let ended: staff::SessionsEnded = event.decode()?;
    gateway.identities().forget_ended(&ended.session_ids).await;
    gateway.hub().end_sessions(ended.session_ids);
    Ok(())
}
