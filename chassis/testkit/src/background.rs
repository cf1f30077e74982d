//! Runs asynchronous cleaning from `Drop`, also while a test panics.

/// Runs `work` to its end on a thread of its own; failures are printed, for the test has its own.
pub(crate) fn run<F>(work: F)
where
    F: Future<Output = anyhow::Result<()>> + Send + 'static,
{
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(work)
    });
    match thread.join() {
        Ok(Ok(())) => {}
        Ok(Err(error)) => eprintln!("cannot clean up after a test: {error:#}"),
        Err(_) => eprintln!("cleaning up after a test panicked"),
    }
}
