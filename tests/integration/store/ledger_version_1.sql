CREATE TABLE events (
	id INTEGER NOT NULL, 
	at TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	scan_id INTEGER, 
	page INTEGER, 
	detail TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "events" VALUES(1,'2026-11-24T00:00:00.000+00:00','scan_received',1,NULL,'{"bytes": 1000}');
INSERT INTO "events" VALUES(2,'2026-11-24T00:00:00.000+00:00','page_read',1,1,'{"disposition": "slips", "reason": null, "settings": "first"}');
INSERT INTO "events" VALUES(3,'2026-11-24T00:00:00.000+00:00','scan_opened',1,NULL,'{"pages": 2}');
CREATE TABLE meta (
	"key" TEXT NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "meta" VALUES('schema_version','1');
CREATE TABLE pages (
	scan_id INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	state TEXT NOT NULL, 
	settings TEXT NOT NULL, 
	disposition TEXT, 
	reason TEXT, 
	message TEXT NOT NULL, 
	picture_path TEXT NOT NULL, 
	PRIMARY KEY (scan_id, number), 
	FOREIGN KEY(scan_id) REFERENCES scans (id)
);
INSERT INTO "pages" VALUES(1,1,'read','first','slips',NULL,'','');
INSERT INTO "pages" VALUES(1,2,'waiting','',NULL,NULL,'','');
CREATE TABLE scans (
	id INTEGER NOT NULL, 
	period TEXT NOT NULL, 
	name TEXT NOT NULL, 
	title TEXT NOT NULL, 
	office TEXT NOT NULL, 
	sha256 TEXT NOT NULL, 
	size_bytes INTEGER NOT NULL, 
	state TEXT NOT NULL, 
	page_count INTEGER, 
	settings TEXT NOT NULL, 
	received_at TEXT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (period, name, sha256), 
	UNIQUE (period, title)
);
INSERT INTO "scans" VALUES(1,'2026-11','north/a.pdf','north/a.pdf','north','a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1',1000,'opened',2,'first','2026-11-24T00:00:00.000+00:00');
CREATE TABLE settings (
	fingerprint TEXT NOT NULL, 
	description TEXT NOT NULL, 
	PRIMARY KEY (fingerprint)
);
CREATE TABLE slips (
	scan_id INTEGER NOT NULL, 
	page INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	slip_id TEXT NOT NULL, 
	disposition TEXT NOT NULL, 
	record TEXT NOT NULL, 
	registration TEXT NOT NULL, 
	picture_path TEXT NOT NULL, 
	PRIMARY KEY (scan_id, page, number), 
	FOREIGN KEY(scan_id, page) REFERENCES pages (scan_id, number)
);
INSERT INTO "slips" VALUES(1,1,1,'s3afddf4d39467e1','accepted','{"account":"007","reading":"0042","date":"2026-11-24","address":"","is_signed":true,"fields":[{"name":"account","value":"007","confidence":0.99,"candidates":[],"cells":[],"doubtful_cells":[],"is_doubtful":false}],"confidence":0.99,"disposition":"accepted","reasons":[]}','{"homography": [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]], "residual_mm": 0.1, "artwork_match": 0.9, "turn_deg": 0, "px_per_mm": 11.8}','');
CREATE TRIGGER events_no_update BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER events_no_delete BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE INDEX slips_by_slip_id ON slips (slip_id);
