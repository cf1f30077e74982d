//! Callbacks of a payment provider through the gateway, verified and booked, beside a bare handler that
//! inserts one row for each; and orders while a storm of repeated callbacks comes in.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::{Context as _, ensure};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use proto::payments::v1::StartAttemptResponse;
use url::Url;

use super::{
    floors,
    load::{self, Request, count},
    orders::{order_request, stocked},
    report::Figure,
    usage,
};
use crate::{
    doctor,
    endpoints::Endpoints,
    home::Home,
    paid::PaidShop,
    ports::{Ports, Wanted},
    shop::Shop,
};

const AMOUNT: i64 = 165;
/// Attempts that are started at the same time, before anything is measured.
const STARTING: usize = 16;
const CLIENTS: [usize; 2] = [8, 32];
/// Connections of the provider that sends the storm.
const STORM_CLIENTS: usize = 4;
/// Clients that place orders.
const CUSTOMERS: usize = 32;
/// A storm may slow orders by a fifth.
const AIM_ORDERS: f64 = 0.80;

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Callbacks, each about a payment of its own.
    pub callbacks: usize,
    /// Repeated callbacks.
    pub storm: u64,
    /// How long orders are measured without the storm.
    pub time: Duration,
}

/// The size that is promised.
pub const FULL: Size = Size {
    callbacks: 4_000,
    storm: 10_000,
    time: Duration::from_secs(10),
};

/// A small one, to try the benchmark itself.
pub const REHEARSAL: Size = Size {
    callbacks: 100,
    storm: 200,
    time: Duration::from_secs(2),
};

/// Measures and answers the figures.
pub async fn bench(
    home: &Home,
    endpoints: &Endpoints,
    size: Size,
    release: bool,
) -> anyhow::Result<Vec<Figure>> {
    let shop = Shop::open(home, endpoints, None).await?;
    let paid = PaidShop::open(home, endpoints, &shop, "ecpay").await?;
    let gateway = endpoints.gateway_host();

    let ports = Ports::choose(home, &[Wanted::one("floor")])?;
    floors::prepare(endpoints, ports.of("postgres")?).await?;
    let floor = SocketAddr::from(([127, 0, 0, 1], ports.of("floor")?));
    let bare_server = floors::start(home, endpoints, floor, None, release).await?;
    let floor = floor.to_string();

    let mut figures = Vec::new();
    // The first round warms everything up.
    for (round, clients) in [CLIENTS[0], CLIENTS[0], CLIENTS[1]].into_iter().enumerate() {
        let callbacks = if round == 0 {
            size.callbacks / 4
        } else {
            size.callbacks
        };
        let bodies = bodies(&paid, callbacks).await?;
        let requests = count_of(&bodies);
        let bare = post(&floor, "/callback", &bodies);
        let bare = load::run_count(&floor, clients, requests, bare).await?;
        let before = usage::cpu_seconds(home)?;
        let ours = post(&gateway, &callback_path(&paid)?, &bodies);
        let ours = load::run_count(&gateway, clients, requests, ours).await?;
        let after = usage::cpu_seconds(home)?;
        ensure!(ours.refused == 0, "{} were not acknowledged", ours.refused);
        if round == 0 {
            continue;
        }
        let name = |what: &str| format!("{what}, {clients} clients");
        figures.push(
            Figure::plain(
                name("callbacks / bare insert"),
                ours.per_second,
                "callbacks/s",
            )
            .beside(bare.per_second, None),
        );
        figures.push(Figure::plain(name("callbacks p50"), ours.p50_ms, "ms"));
        figures.push(Figure::plain(name("callbacks p99"), ours.p99_ms, "ms"));
        for (process, seconds) in &after {
            let used = seconds - before.get(process).copied().unwrap_or(0.0);
            let metric = name(&format!("CPU per callback, {process}"));
            figures.push(Figure::plain(metric, used * 1e6 / count(requests), "µs"));
        }
    }
    floors::end(bare_server).await;
    every_payment_is_booked(endpoints, &shop, size.callbacks * 2 + size.callbacks / 4).await?;

    // A shop that is paid on site: the storm is about others.
    let calm_shop = stocked(home, endpoints).await?;
    let orders = order_request(&calm_shop, &gateway).await?;
    load::run(&gateway, 8, size.time, orders.clone()).await?;
    let calm = load::run(&gateway, CUSTOMERS, size.time, orders.clone()).await?;
    let repeated = bodies(&paid, 1).await?;
    let repeated = post(&gateway, &callback_path(&paid)?, &repeated);
    let mut storm = None;
    let sending = async {
        storm = Some(load::run_count(&gateway, STORM_CLIENTS, size.storm, repeated).await);
    };
    let stormy = load::run_until(&gateway, CUSTOMERS, sending, orders).await?;
    let storm = storm.context("the storm was not sent")??;
    ensure!(
        storm.refused == 0,
        "{} were not acknowledged",
        storm.refused
    );
    for (measured, when) in [(&calm, "calm"), (&stormy, "stormy")] {
        let refused = measured.refused;
        ensure!(refused == 0, "{refused} orders were refused, {when}");
    }
    figures.push(Figure::plain(
        "repeated callbacks beside orders",
        storm.per_second,
        "callbacks/s",
    ));
    figures.push(
        Figure::plain(
            format!("orders in a storm of {} / without", size.storm),
            stormy.per_second,
            "orders/s",
        )
        .beside(calm.per_second, Some(AIM_ORDERS)),
    );
    figures.push(Figure::plain("orders p99 without", calm.p99_ms, "ms"));
    figures.push(Figure::plain(
        "orders p99 in the storm",
        stormy.p99_ms,
        "ms",
    ));
    every_payment_is_booked(
        endpoints,
        &shop,
        size.callbacks * 2 + size.callbacks / 4 + 1,
    )
    .await?;
    Ok(figures)
}

fn count_of(bodies: &Arc<Vec<String>>) -> u64 {
    bodies.len() as u64
}

pub(super) fn callback_path(paid: &PaidShop) -> anyhow::Result<String> {
    Ok(paid.account.callback_url.parse::<Url>()?.path().to_owned())
}

/// Posts the bodies one after the other, then again from the first one.
fn post(host: &str, path: &str, bodies: &Arc<Vec<String>>) -> Request {
    let (host, path, bodies) = (host.to_owned(), path.to_owned(), bodies.clone());
    Arc::new(move |number| {
        let index = usize::try_from(number).unwrap_or_default() % bodies.len();
        let body = &bodies[index];
        format!(
            "POST {path} HTTP/1.1\r\nhost: {host}\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .into_bytes()
    })
}

/// Starts so many attempts and returns the callback that reports each as paid.
async fn bodies(paid: &PaidShop, attempts: usize) -> anyhow::Result<Arc<Vec<String>>> {
    let started = stream::iter(0..attempts).map(|_| start(paid));
    let bodies: Vec<String> = started.buffer_unordered(STARTING).try_collect().await?;
    Ok(Arc::new(bodies))
}

async fn start(paid: &PaidShop) -> anyhow::Result<String> {
    let order = paid.order(AMOUNT);
    let request = paid.start_request(&format!("bench-{}", order.order_id), &order);
    let started: StartAttemptResponse = paid
        .payments
        .clone()
        .start_attempt(request)
        .await?
        .into_inner();
    let next = started.next.unwrap_or_default();
    let merchant = next.fields.iter().find(|field| field.name == "MerchantID");
    let merchant = &merchant.context("a form without a merchant")?.value;
    let attempt = started.attempt.context("no attempt")?;
    Ok(callback(merchant, &attempt.reference, AMOUNT))
}

/// What ECPay posts after a card payment, with the fields of `NeedExtraPaidInfo`.
pub(super) fn callback(merchant: &str, reference: &str, amount: i64) -> String {
    let trade = format!("{:020}", rand::random::<u64>());
    let card = (rand::random::<u32>() >> 1).to_string();
    let amount = amount.to_string();
    let empty = [
        "StoreID",
        "PlatformID",
        "CustomField1",
        "CustomField2",
        "CustomField3",
        "CustomField4",
        "PeriodType",
        "Frequency",
        "ExecTimes",
        "PeriodAmount",
        "TotalSuccessTimes",
        "TotalSuccessAmount",
        "ATMAccBank",
        "ATMAccNo",
        "WebATMBankName",
        "WebATMAccBank",
        "WebATMAccNo",
        "PaymentNo",
        "PayFrom",
        "TenpayTradeNo",
    ];
    let mut fields = vec![
        ("MerchantID", merchant),
        ("MerchantTradeNo", reference),
        ("RtnCode", "1"),
        ("RtnMsg", "交易成功"),
        ("TradeNo", trade.as_str()),
        ("TradeAmt", amount.as_str()),
        ("PaymentDate", "2026/01/15 12:01:30"),
        ("PaymentType", "Credit_CreditCard"),
        ("PaymentTypeChargeFee", "5"),
        ("TradeDate", "2026/01/15 12:00:05"),
        ("SimulatePaid", "0"),
        ("gwsr", card.as_str()),
        ("process_date", "2026/01/15 12:01:30"),
        ("auth_code", "777777"),
        ("amount", amount.as_str()),
        ("eci", "5"),
        ("card4no", "2222"),
        ("card6no", "431195"),
    ];
    fields.extend(empty.map(|name| (name, "")));
    sandbox::signed_form(HASH_KEY, HASH_IV, &fields)
}

/// Keys of ECPay's public test merchant.
const HASH_KEY: &str = "pwFHCqoQZGmho4w6";
const HASH_IV: &str = "EkRm7iFT261dpevs";

/// Every callback captured its payment, once.
async fn every_payment_is_booked(
    endpoints: &Endpoints,
    shop: &Shop,
    payments: usize,
) -> anyhow::Result<()> {
    let mut database = doctor::connect(endpoints, "payments").await?;
    let (captured, booked): (i64, i64) = sqlx::query_as(
        "SELECT (SELECT count(*) FROM attempts WHERE org_id = $1 AND state = 'captured'),
                (SELECT count(*) FROM ledger_transactions WHERE org_id = $1 AND kind = 'capture')",
    )
    .bind(shop.organisation_id.as_uuid())
    .fetch_one(&mut database)
    .await?;
    let expected = i64::try_from(payments)?;
    ensure!(
        (captured, booked) == (expected, expected),
        "of {payments} payments {captured} are captured and {booked} are booked"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use chassis::clock::{Clock as _, SystemClock};
    use payment_adapters::{Callback, Credentials, Provider, State};

    use super::*;

    #[test]
    fn a_callback_is_believed() {
        let adapter = Provider::Ecpay.adapter();
        let values = [
            ("MerchantID", "3002607"),
            ("HashKey", HASH_KEY),
            ("HashIV", HASH_IV),
        ];
        let values = values.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let keys = Credentials::parse(adapter.fields(), values.into()).unwrap();
        let message = Callback {
            headers: Vec::new(),
            query: String::new(),
            body: callback("3002607", "T35TQP01ABCDEFGHJKLM", AMOUNT).into(),
        };
        let now = SystemClock.now();
        let notice = adapter.parse_callback(&[keys], &message, now).unwrap();
        let report = notice.report.unwrap();
        assert_eq!(report.state, State::Captured);
        assert_eq!(report.amount.map(|amount| amount.amount()), Some(AMOUNT));
    }
}
