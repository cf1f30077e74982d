//! From facts to slips.

use chrono::{DateTime, NaiveDate, Utc};
use print_render::{
    Content, Document as Drawn, DocumentKind, Marks, Paper as DrawnPaper, Part, PrepItem, PrepList,
    PrepStation, SlipOrder, SlipRequest, Template as Layout, TestSlip, slip,
};
use serde::{Deserialize, Serialize};

use super::{Facts, NotDrawn, in_zone, order, words};
use crate::domain::{
    device::Paper,
    document::{Document, Per},
    heads::Heads,
};

/// A document in the words of `print-render`.
#[must_use]
pub const fn kind(document: Document) -> DocumentKind {
    match document {
        Document::CustomerSlip => DocumentKind::CustomerSlip,
        Document::KitchenSlip => DocumentKind::KitchenSlip,
        Document::Label => DocumentKind::Label,
        Document::CancelSlip => DocumentKind::CancelSlip,
        Document::RevisionSlip => DocumentKind::RevisionSlip,
        Document::PrepList => DocumentKind::PrepList,
        Document::TestSlip => DocumentKind::TestSlip,
    }
}

/// A paper in the words of `print-render`.
#[must_use]
pub const fn paper(paper: Paper) -> DrawnPaper {
    match paper {
        Paper::Mm58 => DrawnPaper::Mm58,
        Paper::Mm80 => DrawnPaper::Mm80,
        Paper::Label40x25 => DrawnPaper::Label40x25,
    }
}

/// Why and when an order was cancelled, as its slip's job carries it.
#[derive(Debug, Deserialize)]
struct Cancelled {
    cancelled_at: DateTime<Utc>,
    #[serde(default)]
    cause: String,
}

/// What a 備料表 shows, as its job carries it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct PrepPayload {
    day: NaiveDate,
    #[serde(default)]
    period: String,
    as_of: DateTime<Utc>,
    orders: u32,
    stations: Vec<PayloadStation>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
struct PayloadStation {
    name: String,
    items: Vec<PayloadItem>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
struct PayloadItem {
    name: String,
    quantity: u32,
    parts: Vec<(String, u32)>,
}

impl PrepPayload {
    /// What the stations have to make for some orders of a day or of a period of it, empty for all of it.
    #[must_use]
    pub fn of(
        day: NaiveDate,
        period: String,
        as_of: DateTime<Utc>,
        orders: usize,
        stations: Vec<PrepStation>,
    ) -> Self {
        let item = |item: PrepItem| PayloadItem {
            name: item.name,
            quantity: item.quantity,
            parts: item.parts,
        };
        let station = |station: PrepStation| PayloadStation {
            name: station.name,
            items: station.items.into_iter().map(item).collect(),
        };
        Self {
            day,
            period,
            as_of,
            orders: u32::try_from(orders).unwrap_or(u32::MAX),
            stations: stations.into_iter().map(station).collect(),
        }
    }
}

pub(super) fn draw(facts: &Facts, heads: &Heads, attempt: i16) -> Result<Drawn, NotDrawn> {
    let document = kind(facts.job.document);
    let paper = paper(facts.device.paper);
    let layout = facts.layout.clone();
    let sketch = Sketch {
        facts,
        paper,
        layout: layout.unwrap_or_else(|| Layout::standard(document, paper)),
        marks: marks(heads, attempt),
        time_zone: &facts.branch.time_zone,
    };
    match facts.job.document {
        Document::TestSlip => Ok(sketch.test_slip()),
        Document::PrepList => sketch.prep_list(),
        _ => sketch.of_order(),
    }
}

fn marks(heads: &Heads, attempt: i16) -> Marks {
    let positive = |number: i64| u32::try_from(number).ok().filter(|number| *number > 0);
    let moved = Some(heads.moved_from.clone()).filter(|name| !name.is_empty());
    Marks {
        reprint: positive(heads.reprint.into()),
        possible_duplicate: heads
            .may_be_duplicate
            .then(|| positive(attempt.into()).unwrap_or(1)),
        late_minutes: positive(heads.late_minutes),
        substitute_for: moved,
        moved_from: None,
    }
}

struct Sketch<'a> {
    facts: &'a Facts,
    paper: DrawnPaper,
    layout: Layout,
    marks: Marks,
    time_zone: &'a str,
}

impl Sketch<'_> {
    fn slip(&self, content: Content<'_>) -> Drawn {
        slip(&SlipRequest {
            paper: self.paper,
            template: &self.layout,
            marks: &self.marks,
            content,
        })
    }

    fn test_slip(&self) -> Drawn {
        let Facts { job, device, .. } = self.facts;
        self.slip(Content::TestSlip(&TestSlip {
            brand: self.facts.brand.clone(),
            branch: self.facts.branch.name.clone(),
            device: device.name.clone(),
            serial: device.serial.clone(),
            channel: words::connection(device.channel).to_owned(),
            place: self.facts.place.clone(),
            at: Some(in_zone(job.created_at, self.time_zone)),
            pairing_code: self.facts.pairing_code.clone(),
            url: String::new(),
        }))
    }

    fn prep_list(&self) -> Result<Drawn, NotDrawn> {
        let payload = self.facts.job.payload.clone().ok_or(NotDrawn)?;
        let payload: PrepPayload = serde_json::from_value(payload).map_err(|_| NotDrawn)?;
        let item = |item: PayloadItem| PrepItem {
            name: item.name,
            quantity: item.quantity,
            parts: item.parts,
        };
        let station = |station: PayloadStation| PrepStation {
            name: station.name,
            items: station.items.into_iter().map(item).collect(),
        };
        let list = PrepList {
            brand: self.facts.brand.clone(),
            branch: self.facts.branch.name.clone(),
            day: payload.day,
            period: payload.period,
            as_of: in_zone(payload.as_of, self.time_zone),
            orders: payload.orders,
            stations: payload.stations.into_iter().map(station).collect(),
        };
        Ok(self.slip(Content::PrepList(&list)))
    }

    fn of_order(&self) -> Result<Drawn, NotDrawn> {
        let facts = self.facts;
        let snapshot = facts.order.as_ref().ok_or(NotDrawn)?;
        let of = |snapshot| SlipOrder {
            url: facts.page.clone(),
            ..order::of(snapshot, &facts.brand, &facts.branch.name)
        };
        let order = of(snapshot);
        let lines: Vec<String> = facts.job.lines.iter().map(ToString::to_string).collect();
        let part = Part {
            lines: Some(&lines),
            ..Part::default()
        };
        match facts.job.document {
            Document::CustomerSlip => Ok(self.slip(Content::CustomerSlip { order: &order })),
            Document::KitchenSlip => Ok(self.kitchen(&order, &lines)),
            Document::Label => {
                let labelled: Vec<String> =
                    facts.labelled.iter().map(ToString::to_string).collect();
                let part = Part {
                    numbered: Some(&labelled),
                    ..part
                };
                let order = &order;
                Ok(self.slip(Content::Label { order, part }))
            }
            Document::CancelSlip => {
                let payload = facts.job.payload.clone().ok_or(NotDrawn)?;
                let ended: Cancelled = serde_json::from_value(payload).map_err(|_| NotDrawn)?;
                Ok(self.slip(Content::CancelSlip {
                    order: &order,
                    part,
                    at: in_zone(ended.cancelled_at, self.time_zone),
                    reason: words::cause(&ended.cause),
                }))
            }
            Document::RevisionSlip => {
                let before = of(facts.before.as_ref().ok_or(NotDrawn)?);
                Ok(self.slip(Content::RevisionSlip {
                    before: &before,
                    after: &order,
                    part,
                }))
            }
            Document::PrepList | Document::TestSlip => Err(NotDrawn),
        }
    }

    /// One slip for the order, for each station or for each item, cut off one by one.
    fn kitchen(&self, order: &SlipOrder, lines: &[String]) -> Drawn {
        let taken = order.lines.iter().filter(|line| lines.contains(&line.id));
        let parts: Vec<(&str, Vec<String>)> = match self.facts.job.per {
            Per::Order => vec![("", lines.to_vec())],
            Per::Item => taken
                .map(|line| (line.station.as_str(), vec![line.id.clone()]))
                .collect(),
            Per::Station => {
                let mut stations: Vec<(&str, Vec<String>)> = Vec::new();
                for line in taken {
                    match stations.iter_mut().find(|(name, _)| *name == line.station) {
                        Some((_, ids)) => ids.push(line.id.clone()),
                        None => stations.push((&line.station, vec![line.id.clone()])),
                    }
                }
                stations
            }
        };
        let mut drawn = Drawn {
            paper: self.paper,
            sheets: Vec::new(),
        };
        for (station, ids) in parts {
            let part = Part {
                station,
                lines: Some(&ids),
                numbered: None,
            };
            drawn
                .sheets
                .extend(self.slip(Content::KitchenSlip { order, part }).sheets);
        }
        drawn
    }
}
