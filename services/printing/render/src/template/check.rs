//! What makes a template sound.

use super::{BlockKind, MAX_TEMPLATE_BLOCKS, MAX_TEMPLATE_TEXT, Template};
use crate::{
    Content, DocumentKind, Marks, Paper, Part, SlipLine, SlipOption, SlipOrder, SlipRequest,
    layout, logo, slip, text,
};

/// Labels that one unit with two options may take.
const MOST_LABELS: usize = 2;

/// Why a template is refused.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TemplateFault {
    /// A block's kind is a word this release does not know.
    #[error("block {index} is of no known kind")]
    UnknownBlock {
        /// Which one, from 0.
        index: usize,
    },
    /// A block cannot stand on this slip.
    #[error("block {index} is of a kind this slip cannot have")]
    NotOfDocument {
        /// Which one, from 0.
        index: usize,
    },
    /// A block stands in it already.
    #[error("block {index} repeats one above")]
    Repeated {
        /// Which one, from 0.
        index: usize,
    },
    /// What the slip must show is hidden or left out.
    #[error("{kind:?} is not shown")]
    Missing {
        /// What.
        kind: BlockKind,
    },
    /// Too many blocks.
    #[error("there are more than {MAX_TEMPLATE_BLOCKS} blocks")]
    TooManyBlocks,
    /// A text block says nothing that can be printed.
    #[error("block {index} has no text")]
    TextMissing {
        /// Which one, from 0.
        index: usize,
    },
    /// A text is too long, or stands where none belongs.
    #[error(
        "block {index} has a text of more than {MAX_TEMPLATE_TEXT} characters, or none belongs there"
    )]
    TextUnfit {
        /// Which one, from 0.
        index: usize,
    },
    /// The logo is wider or higher than the paper lets it be.
    #[error("the logo does not fit the paper")]
    LogoTooLarge,
    /// One plain unit does not fit on two labels.
    #[error("it takes {labels} labels where at most {MOST_LABELS} will do")]
    DoesNotFit {
        /// Labels it takes.
        labels: usize,
    },
}

impl Template {
    /// Whether a slip can be printed on a paper by it.
    ///
    /// # Errors
    ///
    /// With everything that is wrong.
    pub fn check(&self, document: DocumentKind, paper: Paper) -> Result<(), Vec<TemplateFault>> {
        if self.blocks.len() > MAX_TEMPLATE_BLOCKS {
            return Err(vec![TemplateFault::TooManyBlocks]);
        }
        let mut faults = Vec::new();
        for index in 0..self.blocks.len() {
            faults.extend(self.fault_of(index, document));
        }
        for kind in BlockKind::required(document) {
            if self.find(*kind).is_none() {
                faults.push(TemplateFault::Missing { kind: *kind });
            }
        }
        if let Some(logo) = &self.logo {
            let (width, height) = (logo.bitmap().width(), logo.bitmap().height());
            if width > paper.content_width() || height > logo::most_rows(paper) {
                faults.push(TemplateFault::LogoTooLarge);
            }
        }
        if faults.is_empty() {
            faults.extend(self.misfit(document, paper));
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(faults)
        }
    }

    fn fault_of(&self, index: usize, document: DocumentKind) -> Option<TemplateFault> {
        let block = &self.blocks[index];
        let known = self.blocks[..index]
            .iter()
            .any(|above| above.kind == block.kind);
        let own = block.kind == BlockKind::Text;
        if block.kind == BlockKind::Unknown {
            Some(TemplateFault::UnknownBlock { index })
        } else if !BlockKind::of(document).contains(&block.kind) {
            Some(TemplateFault::NotOfDocument { index })
        } else if known && !block.kind.repeats() {
            Some(TemplateFault::Repeated { index })
        } else if own && text::clean(&block.text).is_empty() {
            Some(TemplateFault::TextMissing { index })
        } else if block.text.chars().count() > if own { MAX_TEMPLATE_TEXT } else { 0 } {
            Some(TemplateFault::TextUnfit { index })
        } else {
            None
        }
    }

    /// A label is for one unit: a template that spreads it over many is of no use.
    fn misfit(&self, document: DocumentKind, paper: Paper) -> Option<TemplateFault> {
        if !paper.is_label() || document != DocumentKind::Label {
            return None;
        }
        let option = |name: &str| SlipOption {
            name: name.into(),
            quantity: 1,
            amount: 0,
        };
        let order = SlipOrder {
            branch: "大安店".into(),
            pickup_number: "001".into(),
            order_number: "A2B3C".into(),
            url: "https://yizhimai.tw/o/A2B3C4D5E6F7".into(),
            lines: vec![SlipLine {
                id: "1".into(),
                product: "珍珠奶茶".into(),
                quantity: 1,
                options: vec![option("微糖"), option("去冰")],
                ..SlipLine::default()
            }],
            ..SlipOrder::default()
        };
        let request = SlipRequest {
            paper,
            template: self,
            marks: &Marks::default(),
            content: Content::Label {
                order: &order,
                part: Part::default(),
            },
        };
        let labels = layout(&slip(&request)).len();
        (labels > MOST_LABELS).then_some(TemplateFault::DoesNotFit { labels })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Bitmap, Logo, Size, TemplateBlock};

    const LABEL: (DocumentKind, Paper) = (DocumentKind::Label, Paper::Label40x25);

    fn faults(template: &Template, (document, paper): (DocumentKind, Paper)) -> Vec<TemplateFault> {
        template.check(document, paper).err().unwrap_or_default()
    }

    #[test]
    fn the_standard_ones_are_sound() {
        for document in DocumentKind::ALL {
            for paper in Paper::ALL {
                let template = Template::standard(document, paper);
                assert_eq!(
                    template.check(document, paper),
                    Ok(()),
                    "{document:?} on {paper:?}"
                );
            }
        }
    }

    #[test]
    fn everything_wrong_is_named_at_once() {
        let json = r#"{"blocks":[
            {"kind":"items"},{"kind":"hologram"},{"kind":"items"},{"kind":"total"},
            {"kind":"text"},{"kind":"branch","text":"x"},{"kind":"notes","visible":false}
        ]}"#;
        let template: Template = serde_json::from_str(json).expect("plain data");
        let kind = |kind| TemplateFault::Missing { kind };
        assert_eq!(
            faults(&template, LABEL),
            [
                TemplateFault::UnknownBlock { index: 1 },
                TemplateFault::Repeated { index: 2 },
                TemplateFault::NotOfDocument { index: 3 },
                TemplateFault::TextMissing { index: 4 },
                TemplateFault::TextUnfit { index: 5 },
                kind(BlockKind::PickupNumber),
                kind(BlockKind::Options),
                kind(BlockKind::Notes),
            ]
        );
    }

    #[test]
    fn a_label_that_spreads_over_many_fits_nowhere() {
        let mut template = Template::standard(LABEL.0, LABEL.1);
        for _ in 0..9 {
            let mut block = TemplateBlock::new(BlockKind::Text).size(Size::Huge);
            block.text = "歡迎光臨本店".into();
            template.blocks.push(block);
        }
        let found = faults(&template, LABEL);
        assert!(
            matches!(found[..], [TemplateFault::DoesNotFit { labels }] if labels > 2),
            "{found:?}"
        );
    }

    #[test]
    fn too_much_is_refused_before_it_is_looked_at() {
        let mut template = Template::standard(LABEL.0, LABEL.1);
        let space = TemplateBlock::new(BlockKind::Space);
        template.blocks.resize(MAX_TEMPLATE_BLOCKS + 1, space);
        assert_eq!(faults(&template, LABEL), [TemplateFault::TooManyBlocks]);
    }

    #[test]
    fn a_logo_has_to_fit_its_paper() {
        let mut bitmap = Bitmap::new(400, 100);
        bitmap.fill(0, 0, 400, 100);
        let slip = DocumentKind::CustomerSlip;
        let mut template = Template::standard(slip, Paper::Mm80);
        template.logo = Logo::new(bitmap);
        assert_eq!(template.check(slip, Paper::Mm80), Ok(()));
        let found = faults(&template, (slip, Paper::Mm58));
        assert_eq!(found, [TemplateFault::LogoTooLarge]);
    }

    #[test]
    fn it_is_plain_data_and_unknown_fields_are_refused() {
        let template = Template::standard(DocumentKind::KitchenSlip, Paper::Mm80);
        let json = serde_json::to_string(&template).expect("json");
        assert_eq!(
            serde_json::from_str::<Template>(&json).expect("the same"),
            template
        );
        let typo = r#"{"blocks":[{"kind":"items","colour":"red"}]}"#;
        assert!(serde_json::from_str::<Template>(typo).is_err());
    }
}
