//! What is fixed when an order is created: where it comes from, who it is for, how it is handed over and paid.

use chassis::{id::MemberId, sales::Channel, text_enum};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Who an order is made for and how.
    pub enum OrderKind: proto::ordering::v1::OrderKind {
        /// 訪客.
        Guest = "guest",
        /// 會員.
        Member = "member",
        /// 現場, entered by staff.
        Counter = "counter",
        /// 桌邊.
        Table = "table",
        /// 揪團.
        Group = "group",
        /// 外送平台.
        Platform = "platform",
    }
}

text_enum! {
    /// Who takes the money of an order.
    pub enum PaymentMethod: proto::ordering::v1::PaymentMethod {
        /// 到店付款.
        OnSite = "on_site",
        /// 線上付款.
        Online = "online",
        /// 平台代收.
        Platform = "platform",
    }
}

text_enum! {
    /// How far the payment of an order is.
    pub enum PaymentState: proto::ordering::v1::PaymentState {
        /// 未付款.
        Unpaid = "unpaid",
        /// 已授權.
        Authorized = "authorized",
        /// 已付款.
        Paid = "paid",
        /// 部分退款.
        PartlyRefunded = "partly_refunded",
        /// 已退款.
        Refunded = "refunded",
        /// 失敗.
        Failed = "failed",
    }
}

/// Where an order comes from and how it is handed over and paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderTerms {
    /// Where it comes from.
    pub channel: Channel,
    /// Who it is made for and how.
    pub kind: OrderKind,
    /// Member it belongs to.
    pub member: Option<MemberId>,
    /// Table of a table order.
    pub table: Option<String>,
    /// Named way of 自取.
    pub method_name: Option<String>,
    /// Where a delivery goes.
    pub address: Option<DeliveryAddress>,
    /// Who takes its money.
    pub payment_method: PaymentMethod,
    /// What the customer chose for the invoice.
    pub invoice: Option<InvoiceChoice>,
    /// A test order.
    pub test: bool,
}

impl OrderTerms {
    /// A guest's order of the storefront, paid when it is handed over.
    #[must_use]
    pub const fn guest(test: bool) -> Self {
        Self {
            channel: Channel::Web,
            kind: OrderKind::Guest,
            member: None,
            table: None,
            method_name: None,
            address: None,
            payment_method: PaymentMethod::OnSite,
            invoice: None,
            test,
        }
    }
}

impl OrderTerms {
    /// An order of the storefront by a member or a guest, paid when it is handed over.
    #[must_use]
    pub fn of(member: Option<MemberId>, test: bool) -> Self {
        Self {
            kind: match member {
                Some(_) => OrderKind::Member,
                None => OrderKind::Guest,
            },
            member,
            ..Self::guest(test)
        }
    }
}

/// Where a delivery goes, as stored.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryAddress {
    /// Address as written.
    pub text: String,
    /// Floor and room.
    pub floor: String,
    /// Note to the courier.
    pub note: String,
    /// Latitude and longitude of the pin, in millionths of a degree.
    pub pin: Option<(i32, i32)>,
}

/// What the customer chose for the invoice, as stored.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceChoice {
    /// Form.
    pub form: InvoiceForm,
    /// Number of the carrier, where the form has one.
    pub carrier: Option<String>,
    /// 統一編號 of a company.
    pub tax_id: Option<String>,
    /// 捐贈碼.
    pub donation_code: Option<String>,
}

/// Form of an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceForm {
    /// 紙本.
    Paper,
    /// 手機條碼.
    MobileBarcode,
    /// 自然人憑證.
    Certificate,
    /// 會員載具.
    MemberCarrier,
    /// 捐贈.
    Donation,
}

impl std::fmt::Debug for DeliveryAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DeliveryAddress(***)")
    }
}

impl std::fmt::Debug for InvoiceChoice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "InvoiceChoice({:?}, ***)", self.form)
    }
}
