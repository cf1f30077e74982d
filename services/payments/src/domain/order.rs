//! What payments knows of an order.

chassis::text_enum! {
    /// How an order ended, as far as it concerns its payment.
    #[derive(sqlx::Type)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum OrderState {
        /// It may be paid and made.
        Open = "open",
        /// It was cancelled, rejected or expired: what is captured goes back.
        Ended = "ended",
        /// It was handed over.
        Completed = "completed",
    }
}
