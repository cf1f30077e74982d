//! The closed set of codes, and which code each reason of the platform has.

/// Class of a problem; one table maps it to gRPC and HTTP side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// The request is wrong in itself.
    Invalid,
    /// Not signed in.
    Unauthenticated,
    /// Not allowed.
    Forbidden,
    /// Not there, or not the caller's.
    NotFound,
    /// Nothing there takes this HTTP method.
    WrongMethod,
    /// The request did not arrive in time.
    TooSlow,
    /// The state of things forbids it now.
    Conflict,
    /// It was there but is over.
    Gone,
    /// The file is too large.
    TooLarge,
    /// The file is of a kind we do not take.
    UnsupportedMedia,
    /// Well-formed but against a rule of the business.
    Unprocessable,
    /// Too often.
    TooMany,
    /// Outside trouble: try again.
    Unavailable,
    /// Not finished in time: try again.
    Deadline,
    /// A failure of ours.
    Internal,
}

impl Code {
    /// Status of the HTTP answer.
    pub const fn http(self) -> u16 {
        self.statuses().0
    }

    /// Status of the gRPC answer.
    pub const fn grpc(self) -> tonic::Code {
        self.statuses().1
    }

    const fn statuses(self) -> (u16, tonic::Code) {
        match self {
            Self::Invalid => (400, tonic::Code::InvalidArgument),
            Self::Unauthenticated => (401, tonic::Code::Unauthenticated),
            Self::Forbidden => (403, tonic::Code::PermissionDenied),
            Self::NotFound => (404, tonic::Code::NotFound),
            Self::WrongMethod => (405, tonic::Code::Unimplemented),
            Self::TooSlow => (408, tonic::Code::DeadlineExceeded),
            Self::Conflict => (409, tonic::Code::Aborted),
            Self::Gone => (410, tonic::Code::FailedPrecondition),
            Self::TooLarge => (413, tonic::Code::OutOfRange),
            Self::UnsupportedMedia => (415, tonic::Code::InvalidArgument),
            Self::Unprocessable => (422, tonic::Code::FailedPrecondition),
            Self::TooMany => (429, tonic::Code::ResourceExhausted),
            Self::Unavailable => (503, tonic::Code::Unavailable),
            Self::Deadline => (504, tonic::Code::DeadlineExceeded),
            Self::Internal => (500, tonic::Code::Internal),
        }
    }
}

/// Code of a reason; one that is not in the table is a mistake of ours, so [`Code::Internal`].
pub fn code_of(reason: &str) -> Code {
    match reason {
        "VALIDATION_FAILED"
        | "AMOUNT_OUT_OF_RANGE"
        | "TEXT_TOO_LONG"
        | "PHONE_INVALID"
        | "BIRTHDAY_INVALID"
        | "TAX_ID_INVALID"
        | "CARRIER_INVALID"
        | "DONATION_CODE_INVALID"
        | "INVOICE_CHOICE_CONFLICT"
        | "HOURS_INVALID"
        | "PERIOD_INVALID"
        | "TIERS_INVALID"
        | "CAPACITY_INVALID"
        | "POLYGON_INVALID"
        | "TEMPLATE_INVALID"
        | "QR_TARGET_INVALID"
        | "IN_THE_PAST"
        | "IN_THE_FUTURE"
        | "EMPTY_TARGET"
        | "REASON_REQUIRED"
        | "PASSWORD_WEAK"
        | "WEBHOOK_INSECURE"
        | "SETTING_RANGE"
        | "POINTS_STEP" => Code::Invalid,

        "UNAUTHENTICATED"
        | "LOGIN_FAILED"
        | "SESSION_EXPIRED"
        | "REAUTH_REQUIRED"
        | "OTP_INVALID"
        | "OTP_EXPIRED"
        | "LINE_SIGNATURE_INVALID"
        | "PLATFORM_SIGNATURE_INVALID" => Code::Unauthenticated,

        "PERMISSION_DENIED" | "OUT_OF_SCOPE" | "NO_SCOPE" | "ACCOUNT_DISABLED"
        | "PLAN_REQUIRED" | "PLAN_LIMIT" | "PLAN_SUSPENDED" | "FIELD_LOCKED" | "ESCALATION"
        | "LAST_OWNER" | "SELF_APPROVAL" | "KEY_SCOPE" | "MEMBER_BLOCKED" | "COUPON_NOT_YOURS"
        | "ORDER_LOCKED" => Code::Forbidden,

        "NOT_FOUND" | "ITEM_NOT_FOUND" | "INVOICE_NOT_FOUND" | "CODE_INVALID" => Code::NotFound,

        "HTTP_METHOD_NOT_ALLOWED" => Code::WrongMethod,

        "REQUEST_TIMEOUT" => Code::TooSlow,

        "VERSION_CONFLICT"
        | "IDEMPOTENCY_MISMATCH"
        | "ILLEGAL_TRANSITION"
        | "QUOTE_CHANGED"
        | "OUT_OF_STOCK"
        | "SLOT_FULL"
        | "PAUSED"
        | "STOCK_NEGATIVE"
        | "SKU_MISMATCH"
        | "HOLD_GONE"
        | "ORDERS_AFFECTED"
        | "EFFECTIVE_CONFLICT"
        | "HOURS_OVERLAP"
        | "TRACK_OVERLAP"
        | "TRACK_EXHAUSTED"
        | "ALLOWANCE_EXISTS"
        | "PROOF_PRINTED"
        | "CODE_TAKEN"
        | "ACCOUNT_TAKEN"
        | "PHONE_TAKEN"
        | "PIN_TAKEN"
        | "SERIAL_TAKEN"
        | "ALREADY_BOUND"
        | "TAG_SIMILAR"
        | "MERGE_CONFLICT"
        | "PROGRAMME_OVERLAP"
        | "SCOPE_CHANGED"
        | "SHIPMENT_STATE"
        | "AMOUNT_MISMATCH"
        | "COUPON_USED" => Code::Conflict,

        "QUOTE_EXPIRED"
        | "COUPON_EXPIRED"
        | "CODE_EXPIRED"
        | "CODE_USED_UP"
        | "SLOT_PAST"
        | "PLATFORM_LINK_EXPIRED"
        | "COURIER_QUOTE_EXPIRED"
        | "REFUND_WINDOW_CLOSED"
        | "VOID_PERIOD_CLOSED" => Code::Gone,

        "FILE_TOO_LARGE" => Code::TooLarge,
        "FILE_TYPE" | "MEDIA_INVALID" => Code::UnsupportedMedia,

        "ITEM_NOT_AVAILABLE"
        | "ITEM_NOT_NOW"
        | "OPTION_RULE"
        | "GROUP_UNSATISFIABLE"
        | "PRICE_OUT_OF_CORRIDOR"
        | "CLOSED"
        | "TOO_FAR_AHEAD"
        | "NO_SLOT"
        | "ORDER_TOO_LARGE"
        | "MIN_ORDER"
        | "MIN_SPEND"
        | "MIN_QUANTITY"
        | "OUT_OF_ZONE"
        | "ADDRESS_UNCERTAIN"
        | "NEEDS_LOGIN"
        | "PREPAY_REQUIRED"
        | "METHOD_NOT_ALLOWED"
        | "PAYMENT_DUE"
        | "REFUND_EXCEEDS_PAID"
        | "DISCOUNT_CAP"
        | "NO_EFFECT"
        | "NOT_COMBINABLE"
        | "PER_MEMBER_LIMIT"
        | "COUPON_NOT_STARTED"
        | "ISSUE_LIMIT"
        | "TOO_MANY_EXCLUSIVE"
        | "POINTS_INSUFFICIENT"
        | "POINTS_CAPPED"
        | "ALLOWANCE_EXCEEDS"
        | "NO_RECIPIENT"
        | "NO_PRINT_ROUTE"
        | "PAIRING_FAILED"
        | "PUNCH_OUT_OF_RANGE"
        | "PLATFORM_MENU_INVALID"
        | "ITEM_UNMAPPED"
        | "COURIER_OUT_OF_AREA"
        | "COURIER_CREDIT" => Code::Unprocessable,

        "RATE_LIMITED" | "LOGIN_LOCKED" | "LINE_QUOTA_EXHAUSTED" => Code::TooMany,
        "GATEWAY_UNAVAILABLE" | "LINE_TOKEN_INVALID" | "TEMPORARILY_UNAVAILABLE" => {
            Code::Unavailable
        }
        "DEADLINE_EXCEEDED" => Code::Deadline,
        _ => Code::Internal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_have_the_status_of_the_table() {
        for (reason, http) in [
            ("TEXT_TOO_LONG", 400),
            ("LOGIN_FAILED", 401),
            ("OUT_OF_SCOPE", 403),
            ("ITEM_NOT_FOUND", 404),
            ("OUT_OF_STOCK", 409),
            ("QUOTE_EXPIRED", 410),
            ("HTTP_METHOD_NOT_ALLOWED", 405),
            ("REQUEST_TIMEOUT", 408),
            ("FILE_TOO_LARGE", 413),
            ("FILE_TYPE", 415),
            ("OPTION_RULE", 422),
            ("RATE_LIMITED", 429),
            ("TEMPORARILY_UNAVAILABLE", 503),
            ("DEADLINE_EXCEEDED", 504),
            ("NEVER_HEARD_OF", 500),
        ] {
            assert_eq!(code_of(reason).http(), http, "{reason}");
        }
    }
}
