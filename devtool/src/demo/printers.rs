//! What the open branch prints on: virtual printers of the sandbox, registered, paired and given rules as
//! a manager does it. Their slips come out on the page of the system `printers`.

use anyhow::Context as _;

use super::{client::Staff, cloud_printers};
use crate::{
    endpoints::Endpoints,
    keys::Keys,
    printers::{Printer, Printers, Rule},
};

/// What printers poll at: often enough to look at, seldom enough to leave alone.
const POLL_SECS: u64 = 5;

/// A printer of the branch.
struct PrinterPlan {
    printer: Printer<'static>,
    points: &'static [PointPlan],
}

/// A print point on it.
pub(super) struct PointPlan {
    pub(super) name: &'static str,
    pub(super) place: &'static str,
    pub(super) rules: &'static [Rule<'static>],
}

const PRINTERS: [PrinterPlan; 3] = [
    PrinterPlan {
        printer: Printer {
            sandbox: "counter",
            kind: "star",
            width: 576,
            serial: "SMC80-0000101",
            name: "櫃檯出單機",
            channel: "star_cloudprnt",
            paper: "mm80",
            poll_secs: POLL_SECS,
        },
        points: &[PointPlan {
            name: "櫃檯顧客單",
            place: "櫃檯",
            rules: &[
                ("customer_slip", Some("accepted"), "order"),
                ("customer_slip", Some("manual"), "order"),
            ],
        }],
    },
    PrinterPlan {
        printer: Printer {
            sandbox: "kitchen",
            kind: "epson",
            width: 384,
            serial: "TMM30-0000102",
            name: "內場出單機",
            channel: "epson_sdp",
            paper: "mm58",
            poll_secs: POLL_SECS,
        },
        points: &[PointPlan {
            name: "內場製作單",
            place: "廚房01",
            rules: &[
                ("kitchen_slip", Some("accepted"), "station"),
                ("cancel_slip", None, "order"),
                ("revision_slip", None, "order"),
            ],
        }],
    },
    PrinterPlan {
        printer: Printer {
            sandbox: "labels",
            kind: "star",
            width: 320,
            serial: "SML20-0000103",
            name: "標籤機",
            channel: "star_cloudprnt",
            paper: "label_40x25",
            poll_secs: POLL_SECS,
        },
        points: &[PointPlan {
            name: "杯身標籤",
            place: "飲料櫃",
            rules: &[("label", Some("accepted"), "item")],
        }],
    },
];

/// Sets up the printers of a branch.
pub async fn set_up(
    staff: &Staff,
    endpoints: &Endpoints,
    keys: &Keys,
    branch_id: &str,
) -> anyhow::Result<()> {
    let printers = Printers::of(staff, endpoints, keys, branch_id).await?;
    for PrinterPlan { printer, points } in &PRINTERS {
        let device = printers.add(printer).await;
        let device = device.with_context(|| format!("the printer {}", printer.name))?;
        for point in *points {
            printers
                .add_point(&device, (point.name, point.place), point.rules)
                .await?;
        }
    }
    cloud_printers::set_up(staff, &printers).await
}
