//! Processes that are killed at every moment of the exchange that reads a result, and what is known of it afterwards.
//!
//! `TORTURE_KILLS=1000 cargo test --test it torture -- --nocapture --test-threads 1` does the same at length, with so many
//! kills in each test, and prints what came of it. `TORTURE_SEED=2` does it in another way.

mod books;
pub mod chance;
mod field;
mod figures;
mod service;
mod story;
mod trap;
pub mod victim;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use chance::Chance;
use field::{Field, Manner};
use figures::Figures;
use story::Story;

/// How many kills there are in one test, where nobody asks for more.
const KILLS: usize = 14;

/// How many sessions run at once, where more than one does.
const AT_ONCE: usize = 4;

fn number(name: &str) -> Option<usize> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

fn begin() -> (Chance, Field, usize) {
    let mut chance = Chance::new(number("TORTURE_SEED").unwrap_or(1));
    let field = Field::new(&mut chance);
    (chance, field, number("TORTURE_KILLS").unwrap_or(KILLS))
}

/// Tells what came of it, and holds what must hold in the end. `strict` is whether every success has to be known for one.
#[expect(clippy::print_stdout, reason = "these figures are what a long run is for")]
fn end(what: &str, field: &Field, stories: &[Story], strict: bool, chance: &mut Chance) {
    let mut figures = Figures::default();
    for story in stories {
        figures += story.figures();
    }
    println!("{what}: {figures}");
    for story in stories {
        story.hold(strict);
        // Every answer is the same ever after.
        story.agrees(&field.ask_again(story), strict);
    }
    // The dead are in nobody's way.
    field.undisturbed(chance);
    field.is_sound();
}

/// Does this many times at once, again and again until enough were killed.
fn side_by_side(kills: usize, chance: &mut Chance, act: impl Fn(&mut Chance) -> Story + Sync) -> Vec<Story> {
    let done = AtomicUsize::new(0);
    let chances: Vec<_> = (0..AT_ONCE).map(|_| chance.fork()).collect();
    let run = |mut chance: Chance| {
        let mut stories = Vec::new();
        while done.load(Ordering::Relaxed) < kills {
            stories.push(act(&mut chance));
            done.fetch_add(stories.last().unwrap().figures().kills, Ordering::Relaxed);
        }
        stories
    };
    let run = &run;
    thread::scope(|scope| {
        let workers: Vec<_> = chances.into_iter().map(|chance| scope.spawn(move || run(chance))).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    })
}

#[test]
fn killed_and_resumed_one_by_one() {
    let (mut chance, field, kills) = begin();
    let (mut stories, mut done) = (Vec::new(), 0);
    while done < kills {
        if chance.percent(10) {
            field.stillborn(&mut chance);
        }
        let mut story = field.strike(&mut chance, Manner::Any);
        let again = if chance.percent(25) { 1 + chance.below(4) } else { 0 };
        field.resume(&mut story, &mut chance, again);
        done += story.figures().kills;
        stories.push(story);
    }
    end("one by one", &field, &stories, true, &mut chance);
}

#[test]
fn all_killed_first_and_then_resumed_in_any_order() {
    let (mut chance, field, kills) = begin();
    let (mut stories, mut done) = (Vec::new(), 0);
    while done < kills {
        stories.push(field.strike(&mut chance, Manner::Usual));
        done += usize::from(stories.last().unwrap().is_killed());
    }
    // One whose reply is lost only now, and whose person may have finished at any time since, could own any mailbox.
    for story in &stories {
        field.mend(&story.id);
    }
    chance.shuffle(&mut stories);
    for story in &mut stories {
        field.resume(story, &mut chance, 0);
    }
    // Where they came this close together, it cannot always be told which of them connected what.
    end("all killed first", &field, &stories, false, &mut chance);
}

#[test]
fn killed_and_resumed_side_by_side() {
    let (mut chance, field, kills) = begin();
    let stories = side_by_side(kills, &mut chance, |chance| {
        let mut story = field.strike(chance, Manner::Usual);
        field.resume(&mut story, chance, 0);
        story
    });
    // Of two sessions that were lost at one time nobody can tell which one connected what.
    end("side by side", &field, &stories, false, &mut chance);
}

#[test]
fn killed_and_resumed_side_by_side_where_it_is_known_what_to_expect() {
    let (mut chance, field, kills) = begin();
    let stories = side_by_side(kills, &mut chance, |chance| {
        let mut story = field.strike(chance, Manner::Expecting);
        let again = chance.below(3);
        field.resume(&mut story, chance, again);
        story
    });
    end("side by side, expecting", &field, &stories, true, &mut chance);
}

#[test]
fn killed_side_by_side_and_then_resumed_side_by_side() {
    let (mut chance, field, kills) = begin();
    let mut stories = side_by_side(kills, &mut chance, |chance| field.strike(chance, Manner::Usual));
    chance.shuffle(&mut stories);
    let share = stories.len().div_ceil(AT_ONCE);
    thread::scope(|scope| {
        for (stories, mut chance) in stories.chunks_mut(share).zip((0..AT_ONCE).map(|_| chance.fork())) {
            let field = &field;
            scope.spawn(move || stories.iter_mut().for_each(|story| field.resume(story, &mut chance, 0)));
        }
    });
    end("all killed side by side", &field, &stories, false, &mut chance);
}
