lessoncSearch("index", {"pages":[["index.html","Asynchronous Rust, by Example",5,[]],["asyncio.html","Async Rust",21,[5,14]]],"words":["0"],"sections":[0]});
