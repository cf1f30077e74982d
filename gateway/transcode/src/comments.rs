//! The comments of the protos, which are the documentation of the interface.

use prost_reflect::FileDescriptor;

/// The comment before what lies at `path` of a file; empty when there is none.
pub fn of(file: &FileDescriptor, path: &[i32]) -> String {
    let info = file.file_descriptor_proto().source_code_info.as_ref();
    let location = info.and_then(|info| info.location.iter().find(|at| at.path == path));
    let text = location.map(|at| at.leading_comments()).unwrap_or_default();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    lines.join("\n").trim().to_owned()
}

/// The first sentence of a comment, and the rest of it.
pub fn split(comment: &str) -> (&str, &str) {
    let end = comment
        .find(". ")
        .or_else(|| comment.find(".\n"))
        .map_or(comment.len(), |at| at + 1);
    (comment[..end].trim(), comment[end..].trim())
}
