use super::*;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A pool with a channel that gets one message for every wake.
fn pool() -> (Jobs, Receiver<()>) {
    let (tx, rx) = channel();
    let tx = Mutex::new(tx);
    (Jobs::new(move || lock(&tx).send(()).unwrap_or(())), rx)
}

fn wait<T>(job: &mut Job<T>) -> Result<T, JobError> {
    let start = Instant::now();
    loop {
        if let Some(r) = job.poll() {
            return r;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "the job never ended");
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn until_cancelled(t: &Token) -> Result<(), JobError> {
    loop {
        t.check()?;
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A job that says when it runs and ends when it is told to.
fn gate() -> (Sender<()>, impl FnOnce(&Token) -> Result<(), JobError> + Send + 'static, Receiver<()>) {
    let (open, opened) = channel();
    let (running, runs) = channel();
    let f = move |_: &Token| {
        running.send(()).unwrap_or(());
        opened.recv().map_err(|e| JobError::failed(("没有打开".into(), e.to_string())))
    };
    (open, f, runs)
}

#[test]
fn a_result_comes_once_and_the_asker_is_woken_after_it_is_there() {
    let (jobs, woken) = pool();
    let mut job = jobs.spawn("sum", |t| {
        t.stage("adding");
        t.progress(3, 3);
        Ok((1..=10).sum::<i32>())
    });
    let start = Instant::now();
    let got = loop {
        woken.recv_timeout(Duration::from_secs(20)).expect("no wake, though there was no result yet");
        if let Some(r) = job.poll() {
            break r;
        }
        assert!(start.elapsed() < Duration::from_secs(20));
    };
    assert_eq!(got.unwrap(), 55);
    assert!(job.poll().is_none());
    assert_eq!(job.progress(), Progress { done: 3, total: 3, stage: "adding", label: "sum".into() });
}

#[test]
fn a_cancel_is_answered_within_200_ms() {
    let (jobs, _woken) = pool();
    let (tx, rx) = channel();
    let mut job = jobs.spawn("long", move |t| {
        tx.send(()).unwrap();
        until_cancelled(t)
    });
    rx.recv_timeout(Duration::from_secs(20)).unwrap();
    assert!(job.poll().is_none());
    let start = Instant::now();
    job.cancel();
    assert!(matches!(wait(&mut job), Err(JobError::Cancelled)));
    assert!(start.elapsed() < Duration::from_millis(200), "{:?}", start.elapsed());
}

#[test]
fn a_cancelled_job_that_waits_never_runs() {
    let (jobs, _woken) = pool();
    let gates: Vec<_> = (0..MAX_RUNNING)
        .map(|_| {
            let (open, f, runs) = gate();
            let job = jobs.spawn("gate", f);
            runs.recv_timeout(Duration::from_secs(20)).unwrap();
            (open, job)
        })
        .collect();
    let ran = Arc::new(AtomicUsize::new(0));
    let r = ran.clone();
    let mut late = jobs.spawn("late", move |_| Ok(r.fetch_add(1, SeqCst)));
    assert_eq!(jobs.load(), (MAX_RUNNING, 1));
    late.cancel();
    for (open, mut job) in gates {
        open.send(()).unwrap();
        wait(&mut job).unwrap();
    }
    assert!(matches!(wait(&mut late), Err(JobError::Cancelled)));
    assert_eq!(ran.load(SeqCst), 0);
}

#[test]
fn a_panic_is_an_error_and_the_next_job_runs() {
    let (jobs, _woken) = pool();
    for k in 0..2 * MAX_RUNNING {
        let mut bad = jobs.spawn("bad", move |_| -> Result<(), JobError> { panic!("broken {k}") });
        match wait(&mut bad) {
            Err(JobError::Panicked(text)) => assert_eq!(text, format!("broken {k}")),
            other => panic!("{other:?}"),
        }
    }
    let mut odd = jobs.spawn("odd", |_| -> Result<(), JobError> { std::panic::panic_any(7) });
    assert!(matches!(wait(&mut odd), Err(JobError::Panicked(t)) if t == "no message"));
    assert_eq!(wait(&mut jobs.spawn("good", |_| Ok(1))).unwrap(), 1);
}

#[test]
fn a_panicking_wake_takes_no_worker_with_it() {
    let jobs = Jobs::new(|| panic!("the window is gone"));
    for k in 0..3 * MAX_RUNNING {
        assert_eq!(wait(&mut jobs.spawn("job", move |_| Ok(k))).unwrap(), k);
    }
}

#[test]
fn the_queue_is_bounded_and_never_more_than_the_limit_run() {
    let (jobs, _woken) = pool();
    let (now, most, go) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let all: Vec<_> = (0..MAX_RUNNING + MAX_WAITING + 10)
        .map(|k| {
            let (running, most, go) = (now.clone(), most.clone(), go.clone());
            let job = jobs.spawn("one of many", move |t| {
                most.fetch_max(running.fetch_add(1, SeqCst) + 1, SeqCst);
                while go.load(SeqCst) == 0 {
                    t.check()?;
                    std::thread::sleep(Duration::from_millis(1));
                }
                running.fetch_sub(1, SeqCst);
                Ok(())
            });
            // The first ones must have left the queue before the rest fills it.
            while k < MAX_RUNNING && now.load(SeqCst) <= k {
                std::thread::yield_now();
            }
            job
        })
        .collect();
    go.store(1, SeqCst);
    let ends: Vec<_> = all.into_iter().map(|mut j| wait(&mut j)).collect();
    let full = ends.iter().filter(|e| matches!(e, Err(JobError::Full))).count();
    assert_eq!(full, 10);
    assert_eq!(ends.iter().filter(|e| e.is_ok()).count() + full, ends.len());
    assert_eq!(most.load(SeqCst), MAX_RUNNING);
}

#[test]
fn wakes_for_progress_are_throttled_and_none_stays_owed() {
    let (jobs, woken) = pool();
    let mut job = jobs.spawn("busy", |t| {
        let start = Instant::now();
        let mut k = 0;
        while start.elapsed() < Duration::from_millis(320) {
            k += 1;
            t.progress(k, 0);
            t.check()?;
        }
        Ok(k)
    });
    let k = wait(&mut job).unwrap();
    let wakes = woken.try_iter().count();
    assert!(k > 1000, "only {k} steps, the test says nothing");
    assert!((3..=8).contains(&wakes), "{wakes} wakes in 320 ms");

    // A stage begun right after a wake is told by the next check.
    let (open, opened) = channel::<()>();
    let mut job = jobs.spawn("stages", move |t| {
        t.stage("one");
        t.stage("two");
        while opened.try_recv().is_err() {
            t.check()?;
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    });
    while job.progress().stage != "two" {
        woken.recv_timeout(Duration::from_secs(20)).expect("the stage was never told");
    }
    open.send(()).unwrap();
    wait(&mut job).unwrap();
}

#[test]
fn dropping_a_job_cancels_it_and_dropping_the_pool_joins() {
    let (jobs, _woken) = pool();
    let ended = Arc::new(AtomicUsize::new(0));
    let spawn = || {
        let (ended, (tx, rx)) = (ended.clone(), channel());
        let job = jobs.spawn("long", move |t| {
            tx.send(()).unwrap();
            let r = until_cancelled(t);
            ended.fetch_add(1, SeqCst);
            r
        });
        rx.recv_timeout(Duration::from_secs(20)).unwrap();
        job
    };
    let (a, mut b) = (spawn(), spawn());
    drop(a);
    let start = Instant::now();
    while ended.load(SeqCst) == 0 {
        assert!(start.elapsed() < Duration::from_secs(20), "a dropped job ran on");
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(b.poll().is_none());
    drop(jobs);
    assert_eq!(ended.load(SeqCst), 2, "the pool did not wait for its job");
    assert!(matches!(wait(&mut b), Err(JobError::Cancelled)));
}

#[test]
fn of_many_requests_the_running_and_the_newest_are_done() {
    let (jobs, woken) = pool();
    let mut slot: Latest<u32> = Latest::default();
    let (open, f, runs) = gate();
    let ran = Arc::new(Mutex::new(Vec::new()));
    slot.request(&jobs, "heat", move |t| f(t).map(|()| 1));
    runs.recv_timeout(Duration::from_secs(20)).unwrap();
    for k in 2..=50 {
        let ran = ran.clone();
        let generation = slot.request(&jobs, "heat", move |_| {
            lock(&ran).push(k);
            Ok(k)
        });
        assert_eq!(generation, u64::from(k));
        assert!(slot.poll(&jobs).is_none());
    }
    open.send(()).unwrap();
    let mut got = Vec::new();
    while slot.busy() {
        woken.recv_timeout(Duration::from_secs(20)).unwrap();
        while let Some((generation, r)) = slot.poll(&jobs) {
            got.push((generation, r.unwrap()));
        }
    }
    assert_eq!(got, [(1, 1), (50, 50)]);
    assert_eq!(*lock(&ran), [50]);
}

#[test]
fn after_a_clear_nothing_older_is_delivered() {
    let (jobs, woken) = pool();
    let mut slot: Latest<u32> = Latest::default();
    let (open, f, runs) = gate();
    // This one ignores the cancel and ends well all the same: only its generation tells that it is stale.
    slot.request(&jobs, "heat", move |t| f(t).map(|()| 1));
    runs.recv_timeout(Duration::from_secs(20)).unwrap();
    slot.request(&jobs, "heat", |_| Ok(2));
    slot.clear();
    assert!(!slot.busy() && slot.progress().is_none());
    slot.request(&jobs, "heat", |_| Ok(3));
    open.send(()).unwrap();
    let mut got = Vec::new();
    while slot.busy() {
        woken.recv_timeout(Duration::from_secs(20)).unwrap();
        got.extend(slot.poll(&jobs).map(|(g, r)| (g, r.unwrap())));
    }
    assert_eq!(got, [(3, 3)]);
}

#[test]
fn every_error_speaks_both_languages() {
    let all = [JobError::Cancelled, JobError::Panicked("x".into()), JobError::Full, JobError::NoThread("x".into())];
    for e in all {
        let [zh, en] = e.words();
        assert_eq!(zh.split(" · ").count(), 3, "{zh}");
        assert_eq!(en.split(" · ").count(), 3, "{en}");
        assert!(zh.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{zh}");
    }
    let e = JobError::failed(("不行".into(), "no".into()));
    assert_eq!((e.words(), e.to_string()), (["不行".to_owned(), "no".to_owned()], "no".to_owned()));
}
