//! Between the messages of templates and `print-render`, both ways.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use chassis::{
    error::{CommonReason, Problem, Violations},
    id::{BrandId, PrintTemplateId},
    request, text,
    text_enum::WireEnum as _,
};
use print_render::{
    Align, BlockKind, Document as Drawn, Logo, LogoFault, MAX_TEMPLATE_BLOCKS, MAX_TEMPLATE_TEXT,
    Size, Template as Layout, TemplateBlock, TemplateFault, layout, picture,
};
use proto::printing::v1::{self as wire, PrintingReason};

use crate::{
    app::slips,
    domain::{device::Paper, document::Document, template::Template},
};

/// Bytes of a logo's file.
const MOST_LOGO_BYTES: usize = 128 * 1024;
/// Pages of a picture of slips.
const MOST_PAGES: usize = 20;

/// A template on the wire.
pub fn template(template: &Template) -> wire::Template {
    wire::Template {
        template_id: template.id.to_string(),
        brand_id: template.brand.to_string(),
        name: template.name.clone(),
        document: template.document.to_wire(),
        paper: template.paper.to_wire(),
        layout: Some(layout_to_wire(&template.layout)),
        version: template.version,
    }
}

/// A layout on the wire.
pub fn layout_to_wire(layout: &Layout) -> wire::TemplateLayout {
    let logo = layout.logo.as_ref();
    wire::TemplateLayout {
        blocks: layout.blocks.iter().map(block_to_wire).collect(),
        logo_png: logo
            .map(|logo| BASE64_STANDARD.encode(picture::png(logo.bitmap())))
            .unwrap_or_default(),
    }
}

fn block_to_wire(block: &TemplateBlock) -> wire::TemplateBlock {
    let size = match block.size {
        Size::Small => wire::LetterSize::Small,
        Size::Normal => wire::LetterSize::Normal,
        Size::Large => wire::LetterSize::Large,
        Size::Huge => wire::LetterSize::Huge,
        Size::Giant => wire::LetterSize::Giant,
    };
    let align = match block.align {
        Align::Left => wire::Align::Left,
        Align::Center => wire::Align::Center,
        Align::Right => wire::Align::Right,
    };
    wire::TemplateBlock {
        kind: kind_word(block.kind),
        size: size.into(),
        bold: block.bold,
        align: align.into(),
        visible: block.visible,
        text: block.text.clone(),
    }
}

/// The word of a kind of block.
fn kind_word(kind: BlockKind) -> String {
    match serde_json::to_value(kind) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// Every kind of block that a document may have.
pub fn kinds(document: Document) -> Vec<String> {
    let kinds = BlockKind::of(slips::kind(document));
    kinds.iter().map(|kind| kind_word(*kind)).collect()
}

/// Reads a template of a brand; what its layout is wrong in is said by [`parse_layout`].
pub fn parse_template(
    given: &wire::Template,
    id: PrintTemplateId,
    brand: BrandId,
    violations: &mut Violations,
) -> Option<Template> {
    let name = text::bounded("template.name", &given.name, 1..=60, violations);
    let document = Document::from_wire(given.document);
    if document.is_none() {
        violations.push("template.document", CommonReason::ValidationFailed);
    }
    let paper = request::choice("template.paper", given.paper, violations);
    let layout = request::required("template.layout", given.layout.as_ref(), violations)?;
    let (document, paper) = (document?, paper?);
    let layout = parse_layout("template.layout", layout, document, paper, violations)?;
    Some(Template {
        id,
        brand,
        name,
        document,
        paper,
        layout,
        version: 1,
    })
}

/// Reads a layout of a document on a paper, and checks that slips can be printed by it.
pub fn parse_layout(
    field: &str,
    given: &wire::TemplateLayout,
    document: Document,
    paper: Paper,
    violations: &mut Violations,
) -> Option<Layout> {
    if given.blocks.len() > MAX_TEMPLATE_BLOCKS {
        let params = [("max", MAX_TEMPLATE_BLOCKS)];
        violations.push_with(
            format!("{field}.blocks"),
            PrintingReason::TemplateInvalid,
            params,
        );
        return None;
    }
    let found = violations.len();
    let blocks = given.blocks.iter().enumerate();
    let blocks: Vec<TemplateBlock> = blocks
        .filter_map(|(index, block)| {
            parse_block(&format!("{field}.blocks[{index}]"), block, violations)
        })
        .collect();
    let logo = parse_logo(
        &format!("{field}.logo_png"),
        &given.logo_png,
        paper,
        violations,
    );
    if violations.len() > found {
        return None;
    }
    let layout = Layout { blocks, logo };
    let checked = layout.check(slips::kind(document), slips::paper(paper));
    for fault in checked.err().unwrap_or_default() {
        push_fault(field, &fault, violations);
    }
    Some(layout)
}

fn parse_block(
    field: &str,
    given: &wire::TemplateBlock,
    violations: &mut Violations,
) -> Option<TemplateBlock> {
    let kind = serde_json::Value::String(given.kind.clone());
    let kind: BlockKind = serde_json::from_value(kind).unwrap_or(BlockKind::Unknown);
    let size = match given.size() {
        wire::LetterSize::Small => Some(Size::Small),
        wire::LetterSize::Normal => Some(Size::Normal),
        wire::LetterSize::Large => Some(Size::Large),
        wire::LetterSize::Huge => Some(Size::Huge),
        wire::LetterSize::Giant => Some(Size::Giant),
        wire::LetterSize::Unspecified => None,
    };
    if size.is_none() {
        violations.push(format!("{field}.size"), CommonReason::ValidationFailed);
    }
    let align = match given.align() {
        wire::Align::Left => Some(Align::Left),
        wire::Align::Center => Some(Align::Center),
        wire::Align::Right => Some(Align::Right),
        wire::Align::Unspecified => None,
    };
    if align.is_none() {
        violations.push(format!("{field}.align"), CommonReason::ValidationFailed);
    }
    let field = format!("{field}.text");
    let text = text::bounded(&field, &given.text, 0..=MAX_TEMPLATE_TEXT, violations);
    Some(TemplateBlock {
        size: size?,
        bold: given.bold,
        align: align?,
        visible: given.visible,
        text,
        ..TemplateBlock::new(kind)
    })
}

fn parse_logo(field: &str, given: &str, paper: Paper, violations: &mut Violations) -> Option<Logo> {
    if given.is_empty() {
        return None;
    }
    let file = BASE64_STANDARD.decode(given).unwrap_or_default();
    if file.len() > MOST_LOGO_BYTES {
        let params = [("max", MOST_LOGO_BYTES)];
        violations.push_with(field, CommonReason::FileTooLarge, params);
        return None;
    }
    match Logo::from_png(&file, slips::paper(paper)) {
        Ok(logo) => Some(logo),
        Err(LogoFault::TooLarge) => {
            violations.push(field, CommonReason::FileTooLarge);
            None
        }
        Err(LogoFault::NotPng | LogoFault::Blank) => {
            violations.push(field, CommonReason::MediaInvalid);
            None
        }
    }
}

/// Says what is wrong with a layout, at the place where it is.
fn push_fault(field: &str, fault: &TemplateFault, violations: &mut Violations) {
    let block = |index: &usize| format!("{field}.blocks[{index}]");
    let (at, fault) = match fault {
        TemplateFault::UnknownBlock { index } => (block(index), "unknown"),
        TemplateFault::NotOfDocument { index } => (block(index), "not_of_document"),
        TemplateFault::Repeated { index } => (block(index), "repeated"),
        TemplateFault::TextMissing { index } => (block(index), "text_missing"),
        TemplateFault::TextUnfit { index } => (block(index), "text_unfit"),
        TemplateFault::Missing { kind } => {
            let params = [("fault", "missing".to_owned()), ("kind", kind_word(*kind))];
            let at = format!("{field}.blocks");
            violations.push_with(at, PrintingReason::TemplateInvalid, params);
            return;
        }
        TemplateFault::TooManyBlocks => (format!("{field}.blocks"), "too_many"),
        TemplateFault::LogoTooLarge => (format!("{field}.logo_png"), "logo_too_large"),
        TemplateFault::DoesNotFit { .. } => (format!("{field}.blocks"), "does_not_fit"),
    };
    violations.push_with(at, PrintingReason::TemplateInvalid, [("fault", fault)]);
}

/// Pictures of slips, dot by dot as they are printed.
pub async fn pictures(slips: Drawn) -> Result<Vec<String>, Problem> {
    let draw = move || {
        let pages = layout(&slips);
        let pages = pages.iter().take(MOST_PAGES);
        pages
            .map(|page| BASE64_STANDARD.encode(picture::png(&page.bitmap)))
            .collect()
    };
    tokio::task::spawn_blocking(draw)
        .await
        .map_err(Problem::internal)
}
