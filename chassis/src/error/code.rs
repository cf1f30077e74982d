//! The closed set of codes: the class of a reason, side by side for gRPC and HTTP.

use proto::options::v1::StatusClass;

/// Class of a problem; one table maps it to gRPC and HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// The request is wrong in itself.
    Invalid,
    /// Not signed in.
    Unauthenticated,
    /// Not allowed.
    Forbidden,
    /// Does not exist, or is not the caller's.
    NotFound,
    /// The address does not take this HTTP method.
    WrongMethod,
    /// The request did not arrive in time.
    TooSlow,
    /// The present state forbids it.
    Conflict,
    /// It was there but is over.
    Gone,
    /// The file is too large.
    TooLarge,
    /// A kind of file that is not accepted.
    UnsupportedMedia,
    /// Well-formed but against a rule of the business.
    Unprocessable,
    /// Too often.
    TooMany,
    /// A dependency is unavailable: try again.
    Unavailable,
    /// Not finished in time: try again.
    Deadline,
    /// A failure of the platform.
    Internal,
}

impl Code {
    /// Status of the HTTP response.
    pub const fn http(self) -> u16 {
        self.statuses().0
    }

    /// Status of the gRPC response.
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

impl From<StatusClass> for Code {
    fn from(class: StatusClass) -> Self {
        match class {
            StatusClass::Invalid => Self::Invalid,
            StatusClass::Unauthenticated => Self::Unauthenticated,
            StatusClass::Forbidden => Self::Forbidden,
            StatusClass::NotFound => Self::NotFound,
            StatusClass::WrongMethod => Self::WrongMethod,
            StatusClass::TooSlow => Self::TooSlow,
            StatusClass::Conflict => Self::Conflict,
            StatusClass::Gone => Self::Gone,
            StatusClass::TooLarge => Self::TooLarge,
            StatusClass::UnsupportedMedia => Self::UnsupportedMedia,
            StatusClass::Unprocessable => Self::Unprocessable,
            StatusClass::TooMany => Self::TooMany,
            StatusClass::Unavailable => Self::Unavailable,
            StatusClass::Deadline => Self::Deadline,
            StatusClass::Internal | StatusClass::Unspecified => Self::Internal,
        }
    }
}
