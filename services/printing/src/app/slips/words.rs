//! Words on slips, which are in the language of the shop.

use chassis::text_enum::WireEnum as _;
use proto::{
    common::v1::Channel,
    ordering::v1::{CancelReason, InvoiceChoice, InvoiceForm},
};

use crate::domain::device;

/// Why an order was cancelled; empty where nobody said.
pub fn cause(word: &str) -> &'static str {
    match CancelReason::from_str_name(word).unwrap_or_default() {
        CancelReason::OutOfStock => "缺貨",
        CancelReason::TooBusy => "太忙",
        CancelReason::Closed => "已打烊",
        CancelReason::CustomerRequest => "客人要求",
        CancelReason::Duplicate => "重複訂單",
        CancelReason::Unreachable => "聯絡不到",
        CancelReason::Undeliverable => "無法外送",
        CancelReason::Suspicious => "疑似惡意",
        CancelReason::HoldGone => "庫存保留失效",
        CancelReason::Other => "其他",
        CancelReason::Unspecified => "",
    }
}

/// Where an order came from, as far as the kitchen has to know.
pub fn channel(channel: Channel) -> &'static str {
    match channel {
        Channel::UberEats => "Uber Eats",
        Channel::QrTable => "桌邊",
        Channel::Line => "LINE",
        Channel::Counter | Channel::Web | Channel::Unspecified => "",
    }
}

/// What becomes of the invoice; empty where nothing was asked.
pub fn invoice(choice: Option<&InvoiceChoice>) -> String {
    let Some(choice) = choice else {
        return String::new();
    };
    let form = match choice.form() {
        InvoiceForm::Paper => "紙本",
        InvoiceForm::MobileBarcode => "手機條碼",
        InvoiceForm::Certificate => "自然人憑證",
        InvoiceForm::MemberCarrier => "會員載具",
        InvoiceForm::Donation => "捐贈",
        InvoiceForm::Unspecified => return String::new(),
    };
    match choice.tax_id.as_str() {
        "" => form.to_owned(),
        tax_id => format!("{form} · 統編 {tax_id}"),
    }
}

/// How a printer is reached.
pub fn connection(channel: device::Channel) -> &'static str {
    match channel {
        device::Channel::StarCloudprnt => "Star CloudPRNT",
        device::Channel::EpsonSdp => "Epson Server Direct Print",
        device::Channel::Agent => "出單代理程式",
        device::Channel::Xpyun => "芯燁雲",
        device::Channel::Feie => "飛鵝雲",
    }
}

/// A channel off the wire.
pub fn channel_of(raw: i32) -> Channel {
    Channel::try_from(raw).unwrap_or_default()
}

/// A method off the wire.
pub fn method_of(raw: i32) -> print_render::SlipMethod {
    use chassis::sales::Method;
    match Method::from_wire(raw) {
        Some(Method::Delivery) => print_render::SlipMethod::Delivery,
        Some(Method::OnSite) => print_render::SlipMethod::OnSite,
        Some(Method::Pickup) | None => print_render::SlipMethod::Pickup,
    }
}
