//! The vendors and where they are.

use url::Url;

use crate::{
    PushCloud,
    vendors::{feie::Feie, xpyun::Xpyun},
};

chassis::text_enum! {
    /// A vendor of printers that its own cloud drives.
    pub enum Vendor {
        /// 芯烨云, Xprinter.
        Xpyun = "xpyun",
        /// 飛鵝.
        Feie = "feie",
    }
}

impl Vendor {
    /// Its client.
    #[must_use]
    pub fn cloud(self) -> &'static dyn PushCloud {
        match self {
            Self::Xpyun => &Xpyun,
            Self::Feie => &Feie,
        }
    }

    /// Where it is called unless configuration names a regional host or the sandbox.
    #[must_use]
    pub fn home(self) -> Url {
        let home = match self {
            Self::Xpyun => "https://open.xpyun.net/api/openapi/xprinter/",
            Self::Feie => "https://api.feieyun.cn/Api/Open/",
        };
        home.parse().expect("a constant address")
    }
}
