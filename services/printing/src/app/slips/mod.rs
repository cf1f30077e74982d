//! Slips of jobs: what they show is read here, how they look is `print-render`'s part.

mod draw;
mod order;
mod samples;
mod words;

use chassis::{
    db::TenantTx,
    error::Problem,
    id::{OrderLineId, PrintTemplateId},
};
use chrono::{DateTime, Utc};
use print_render::{Document as Drawn, Template as Layout};
use proto::ordering::v1::OrderSnapshot;

use super::{Dependencies, order_facts};
use crate::{
    domain::{
        device::{Device, Paper},
        document::Document,
        heads::Heads,
        job::Job,
        pairing,
    },
    store::{self, branches::Branch},
};

pub use draw::{PrepPayload, kind, paper};
pub use samples::sample;

/// What the slips of a job show, read at once so that they are drawn outside of any transaction.
#[derive(Clone, Debug)]
pub struct Facts {
    job: Job,
    device: Device,
    branch: Branch,
    brand: String,
    place: String,
    layout: Option<Layout>,
    order: Option<OrderSnapshot>,
    /// The order as it was before the revision that a 修改單 is about.
    before: Option<OrderSnapshot>,
    /// Lines of the order that get labels at all.
    labelled: Vec<OrderLineId>,
    /// Address of the order's page; empty for none.
    page: String,
    pairing_code: String,
}

/// The slips of a job cannot be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the slips of the job cannot be drawn")]
pub struct NotDrawn;

/// Reads what the slips of a job show on a device.
pub async fn load(
    deps: &Dependencies,
    tx: &mut TenantTx,
    job: &Job,
    device: &Device,
) -> Result<Option<Facts>, Problem> {
    let Some(branch) = store::branches::find(tx, job.branch).await? else {
        return Ok(None);
    };
    let brand = store::branches::find_brand(tx, branch.brand).await?;
    let (brand, brand_slug) = brand.map(|of| (of.name, of.slug)).unwrap_or_default();
    let (mut place, mut template): (String, Option<PrintTemplateId>) = Default::default();
    if let Some(point) = job.point
        && let Some(point) = store::print_points::find(tx, point).await?
    {
        template = point.templates.get(&job.document).copied();
        place = point.place;
    }
    let mut layout = None;
    if let Some(template) = template {
        layout = store::templates::find(tx, template).await?;
    }
    let (mut order, mut before, mut labelled) = (None, None, Vec::new());
    let mut page = String::new();
    if let Some(id) = job.order {
        let storefront = (brand_slug.as_str(), branch.slug.as_str());
        if let Some(pages) = &deps.order_pages {
            page = pages.address(storefront, tx.org(), id);
        }
        order = order_facts::find_snapshot(tx, id, job.revision).await?;
        if job.document == Document::RevisionSlip {
            before = order_facts::find_snapshot(tx, id, job.revision - 1).await?;
        }
        if job.document == Document::Label {
            let jobs = store::print_jobs::list_of_order(tx, id, 1_000).await?;
            let labels = jobs.into_iter().filter(|other| {
                other.document == Document::Label && other.revision == job.revision
            });
            labelled = labels.flat_map(|other| other.lines).collect();
        }
    }
    let mut pairing_code = String::new();
    if let Some(number) = job.pairing_number() {
        pairing_code = pairing::code(&deps.master_key, device.id, number);
    }
    Ok(Some(Facts {
        job: job.clone(),
        device: device.clone(),
        branch,
        brand,
        place,
        layout: layout.map(|template| template.layout),
        order,
        before,
        labelled,
        page,
        pairing_code,
    }))
}

impl Facts {
    /// The slips as they are sent with an attempt; the same facts are the same slips.
    pub fn draw(&self, heads: &Heads, attempt: i16) -> Result<Drawn, NotDrawn> {
        draw::draw(self, heads, attempt)
    }

    /// Paper of the device.
    #[must_use]
    pub fn paper(&self) -> Paper {
        self.device.paper
    }
}

/// An order as a 備料表 adds it up.
#[must_use]
pub fn order_of(snapshot: &OrderSnapshot) -> print_render::SlipOrder {
    order::of(snapshot, "", "")
}

/// Whether a revision changed anything of some lines, or of what concerns the whole order.
#[must_use]
pub fn differ(
    before: Option<&OrderSnapshot>,
    after: Option<&OrderSnapshot>,
    lines: &[OrderLineId],
) -> bool {
    let (Some(before), Some(after)) = (before, after) else {
        return false;
    };
    let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
    let part = print_render::Part {
        lines: Some(&lines),
        ..print_render::Part::default()
    };
    let (before, after) = (order_of(before), order_of(after));
    !print_render::changes(&before, &after, part).is_empty()
}

/// When something happened, in the zone of a branch.
fn in_zone(at: DateTime<Utc>, zone: &str) -> print_render::Time {
    let zone: chrono_tz::Tz = zone.parse().unwrap_or(chrono_tz::Asia::Taipei);
    at.with_timezone(&zone).fixed_offset()
}
