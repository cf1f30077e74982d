//! What belongs on one label, on as many labels as it takes.

use std::collections::VecDeque;

use super::{
    flow,
    metrics::{Letters, Metrics},
    strip::{self, Kind, Strip},
};
use crate::{Paper, Sheet};

/// Rows that head and foot have to leave for what the label is about.
const LEAST_BODY: u32 = 60;

/// Strips of the labels of a sheet.
///
/// What does not fit shrinks once; what still does not flows over to further labels, which begin
/// with the sheet's `again` and end with its `more`, the last with its foot. Nothing is cut off.
pub(crate) fn labels(sheet: &Sheet, paper: Paper, letters: Letters) -> Vec<Vec<Strip>> {
    let room = paper.content_height().unwrap_or(u32::MAX);
    for shrunk in [false, true] {
        let metrics = Metrics {
            paper,
            letters,
            shrunk,
        };
        let all = flow::strips(&whole(sheet), metrics);
        if strip::height(&all) <= room {
            return vec![all];
        }
    }
    let metrics = Metrics {
        paper,
        letters,
        shrunk: true,
    };
    let [head, again, body, more, foot] = [
        &sheet.head,
        &sheet.again,
        &sheet.body,
        &sheet.more,
        &sheet.foot,
    ]
    .map(|blocks| flow::strips(blocks, metrics));
    let ends = strip::height(&more).max(strip::height(&foot));
    let frame = |head: &[Strip]| strip::height(head).max(strip::height(&again)) + ends;
    if frame(&head) + LEAST_BODY <= room {
        paged(room, head, &again, body, &more, foot)
    } else if frame(&[]) + LEAST_BODY <= room {
        // A head too high to be one is said first, and goes on as the rest does.
        paged(room, Vec::new(), &again, [head, body].concat(), &more, foot)
    } else {
        paged(
            room,
            Vec::new(),
            &[],
            flow::strips(&whole(sheet), metrics),
            &[],
            Vec::new(),
        )
    }
}

fn whole(sheet: &Sheet) -> Vec<crate::Block> {
    [&sheet.head[..], &sheet.body, &sheet.foot].concat()
}

fn paged(
    room: u32,
    head: Vec<Strip>,
    again: &[Strip],
    body: Vec<Strip>,
    more: &[Strip],
    foot: Vec<Strip>,
) -> Vec<Vec<Strip>> {
    let mut labels = Vec::new();
    let mut rest = VecDeque::from(body);
    let mut unsaid = !head.is_empty();
    let mut label = head;
    loop {
        let left: u32 = rest.iter().map(|strip| strip.height).sum();
        if strip::height(&label) + left + strip::height(&foot) <= room {
            label.extend(rest);
            label.extend(foot);
            labels.push(label);
            return labels;
        }
        let mut left = room.saturating_sub(strip::height(&label) + strip::height(more));
        let mut placed = false;
        while let Some(next) = rest.pop_front_if(|strip| strip.height <= left) {
            left -= next.height;
            placed |= next.kind != Kind::Space;
            label.push(next);
        }
        if placed || unsaid {
            label.extend_from_slice(more);
        } else {
            // Too high for a label with a head: it gets one of its own.
            label = rest.pop_front().into_iter().collect();
        }
        labels.push(label);
        while rest
            .pop_front_if(|strip| strip.kind == Kind::Space)
            .is_some()
        {}
        unsaid = false;
        label = again.to_vec();
    }
}
