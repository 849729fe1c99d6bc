-- f0d52bbc632b70003f9af3b8be0ef995fc8d7702249f8e92c1dde3805bc62a7b;

CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

CREATE TABLE audit_events (
	seq INTEGER NOT NULL, 
	at VARCHAR(27) NOT NULL, 
	kind VARCHAR(64) NOT NULL, 
	actor TEXT NOT NULL, 
	resource TEXT NOT NULL, 
	facts TEXT NOT NULL, 
	previous_hash VARCHAR(64) NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_audit_events PRIMARY KEY (seq)
);

CREATE INDEX ix_audit_events_actor ON audit_events (actor);

CREATE INDEX ix_audit_events_at ON audit_events (at);

CREATE INDEX ix_audit_events_kind ON audit_events (kind);

CREATE INDEX ix_audit_events_resource ON audit_events (resource);

CREATE TABLE audit_head (
	id INTEGER NOT NULL, 
	seq BIGINT NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_audit_head PRIMARY KEY (id), 
	CONSTRAINT ck_audit_head_one_row CHECK (id = 1)
);

CREATE TABLE cohorts (
	id VARCHAR(128) NOT NULL, 
	title TEXT NOT NULL, 
	project VARCHAR(30) NOT NULL, 
	opaque VARCHAR(32) NOT NULL, 
	definition TEXT NOT NULL, 
	defined_at DATETIME NOT NULL, 
	retired_at DATETIME, outdated_at DATETIME, 
	CONSTRAINT pk_cohorts PRIMARY KEY (id), 
	CONSTRAINT uq_cohorts_opaque UNIQUE (opaque), 
	CONSTRAINT uq_cohorts_project UNIQUE (project)
);

CREATE TABLE datasets (
	id VARCHAR(128) NOT NULL, 
	first_ingested_at DATETIME NOT NULL, 
	retired_at DATETIME, 
	retired_why TEXT NOT NULL, conditions TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_datasets PRIMARY KEY (id)
);

CREATE TABLE export_requests (
	id VARCHAR(13) NOT NULL, 
	wid VARCHAR(11) NOT NULL, 
	project VARCHAR(30) NOT NULL, 
	author VARCHAR(64) NOT NULL, 
	title TEXT NOT NULL, 
	justification TEXT NOT NULL, 
	status VARCHAR(16) NOT NULL, 
	revision INTEGER NOT NULL, 
	report TEXT NOT NULL, 
	verdict VARCHAR(8) NOT NULL, 
	content_sha256 VARCHAR(64) NOT NULL, 
	why TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	changed_at DATETIME NOT NULL, 
	submitted_at DATETIME, 
	CONSTRAINT pk_export_requests PRIMARY KEY (id)
);

CREATE INDEX ix_export_requests_author ON export_requests (author);

CREATE INDEX ix_export_requests_project ON export_requests (project);

CREATE INDEX ix_export_requests_status ON export_requests (status);

CREATE INDEX ix_export_requests_wid ON export_requests (wid);

CREATE TABLE grant_sources (
	source VARCHAR(255) NOT NULL, 
	first_asked_at DATETIME NOT NULL, 
	answered_at DATETIME, 
	closed_at DATETIME, 
	CONSTRAINT pk_grant_sources PRIMARY KEY (source)
);

CREATE TABLE people (
	person VARCHAR(32) NOT NULL, 
	issuer TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	display_name VARCHAR(120) NOT NULL, 
	roles TEXT NOT NULL, 
	is_member BOOLEAN NOT NULL, 
	first_seen_at DATETIME NOT NULL, 
	last_seen_at DATETIME NOT NULL, 
	refusals TEXT NOT NULL, 
	suspended_at DATETIME, 
	suspended_why TEXT NOT NULL, 
	CONSTRAINT pk_people PRIMARY KEY (person), 
	CONSTRAINT uq_people_issuer_subject UNIQUE (issuer, subject)
);

CREATE TABLE projects (
	slug VARCHAR(30) NOT NULL, 
	title TEXT NOT NULL, 
	purposes TEXT NOT NULL, 
	status VARCHAR(16) NOT NULL, 
	status_why TEXT NOT NULL, 
	members_only BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, ends_at DATETIME, status_at DATETIME, 
	CONSTRAINT pk_projects PRIMARY KEY (slug)
);

CREATE TABLE references_ (
	id INTEGER NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	name VARCHAR(64) NOT NULL, 
	release TEXT NOT NULL, 
	assembly VARCHAR(16) NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	stored_sha256 VARCHAR(64) NOT NULL, 
	file TEXT NOT NULL, 
	added_at DATETIME NOT NULL, 
	CONSTRAINT pk_references_ PRIMARY KEY (id)
);

CREATE TABLE workspaces (
	wid VARCHAR(11) NOT NULL, 
	person VARCHAR(64) NOT NULL, 
	project VARCHAR(30) NOT NULL, 
	uid INTEGER NOT NULL, 
	status VARCHAR(16) NOT NULL, 
	container_id VARCHAR(64) NOT NULL, 
	"order" TEXT NOT NULL, 
	valid_until DATETIME, 
	started_at DATETIME, 
	ended_at DATETIME, 
	ended_why TEXT NOT NULL, quarantined_at DATETIME, 
	CONSTRAINT pk_workspaces PRIMARY KEY (wid), 
	CONSTRAINT uq_workspaces_person_project UNIQUE (person, project), 
	CONSTRAINT uq_workspaces_uid UNIQUE (uid)
);

CREATE INDEX ix_workspaces_person ON workspaces (person);

CREATE INDEX ix_workspaces_project ON workspaces (project);

CREATE TABLE cohort_versions (
	cohort_id VARCHAR(128) NOT NULL, 
	version INTEGER NOT NULL, 
	path TEXT NOT NULL, 
	n_individuals INTEGER NOT NULL, 
	n_variants INTEGER NOT NULL, 
	materialised_at DATETIME NOT NULL, 
	seal TEXT NOT NULL, 
	signature VARCHAR(128) NOT NULL, ended_at DATETIME, usable_until DATETIME, ended_why VARCHAR(32) DEFAULT '' NOT NULL, 
	CONSTRAINT pk_cohort_versions PRIMARY KEY (cohort_id, version), 
	CONSTRAINT fk_cohort_versions_cohort_id_cohorts FOREIGN KEY(cohort_id) REFERENCES cohorts (id)
);

CREATE TABLE dataset_versions (
	dataset_id VARCHAR(128) NOT NULL, 
	version INTEGER NOT NULL, 
	assembly VARCHAR(16) NOT NULL, 
	n_individuals INTEGER NOT NULL, 
	n_samples INTEGER NOT NULL, 
	n_variants INTEGER NOT NULL, 
	consent_waived TEXT NOT NULL, 
	made_at DATETIME NOT NULL, 
	made_why VARCHAR(32) NOT NULL, 
	seal TEXT NOT NULL, 
	signature VARCHAR(128) NOT NULL, 
	CONSTRAINT pk_dataset_versions PRIMARY KEY (dataset_id, version), 
	CONSTRAINT fk_dataset_versions_dataset_id_datasets FOREIGN KEY(dataset_id) REFERENCES datasets (id)
);

CREATE TABLE export_files (
	id INTEGER NOT NULL, 
	request_id VARCHAR(13) NOT NULL, 
	name VARCHAR(80) NOT NULL, 
	upload_sha256 VARCHAR(64) NOT NULL, 
	upload_bytes INTEGER NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	n_bytes INTEGER NOT NULL, 
	is_canonical BOOLEAN NOT NULL, 
	release_name VARCHAR(80) NOT NULL, 
	media_type VARCHAR(80) NOT NULL, 
	side_car TEXT NOT NULL, 
	CONSTRAINT pk_export_files PRIMARY KEY (id), 
	CONSTRAINT fk_export_files_request_id_export_requests FOREIGN KEY(request_id) REFERENCES export_requests (id), 
	CONSTRAINT uq_export_files_request_id_name UNIQUE (request_id, name)
);

CREATE INDEX ix_export_files_request_id ON export_files (request_id);

CREATE TABLE file_openings (
	request_id VARCHAR(13) NOT NULL, 
	name VARCHAR(80) NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	reviewer VARCHAR(64) NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_file_openings PRIMARY KEY (request_id, name, sha256, reviewer), 
	CONSTRAINT fk_file_openings_request_id_export_requests FOREIGN KEY(request_id) REFERENCES export_requests (id)
);

CREATE TABLE grants (
	id INTEGER NOT NULL, 
	person VARCHAR(32) NOT NULL, 
	target VARCHAR(128) NOT NULL, 
	value TEXT NOT NULL, 
	source TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	visa_sha256 VARCHAR(64) NOT NULL, 
	made_at DATETIME NOT NULL, 
	verified_at DATETIME NOT NULL, 
	until DATETIME NOT NULL, 
	entitled_until DATETIME, 
	ended_at DATETIME, 
	ended_code VARCHAR(32) NOT NULL, 
	ended_why TEXT NOT NULL, 
	CONSTRAINT pk_grants PRIMARY KEY (id), 
	CONSTRAINT fk_grants_person_people FOREIGN KEY(person) REFERENCES people (person)
);

CREATE INDEX ix_grants_person_ended_at ON grants (person, ended_at);

CREATE INDEX ix_grants_source_ended_at ON grants (source, ended_at);

CREATE TABLE project_cohorts (
	project VARCHAR(30) NOT NULL, 
	cohort_id VARCHAR(128) NOT NULL, 
	CONSTRAINT pk_project_cohorts PRIMARY KEY (project, cohort_id), 
	CONSTRAINT fk_project_cohorts_project_projects FOREIGN KEY(project) REFERENCES projects (slug)
);

CREATE INDEX ix_project_cohorts_cohort_id ON project_cohorts (cohort_id);

CREATE TABLE project_members (
	project VARCHAR(30) NOT NULL, 
	person VARCHAR(32) NOT NULL, 
	added_at DATETIME NOT NULL, 
	added_by VARCHAR(64) NOT NULL, 
	removed_at DATETIME, 
	removed_why TEXT NOT NULL, 
	CONSTRAINT pk_project_members PRIMARY KEY (project, person), 
	CONSTRAINT fk_project_members_project_projects FOREIGN KEY(project) REFERENCES projects (slug)
);

CREATE INDEX ix_project_members_person ON project_members (person);

CREATE TABLE releases (
	id INTEGER NOT NULL, 
	request_id VARCHAR(13) NOT NULL, 
	revision INTEGER NOT NULL, 
	manifest TEXT NOT NULL, 
	manifest_sha256 VARCHAR(64) NOT NULL, 
	at DATETIME NOT NULL, 
	until DATETIME NOT NULL, 
	CONSTRAINT pk_releases PRIMARY KEY (id), 
	CONSTRAINT fk_releases_request_id_export_requests FOREIGN KEY(request_id) REFERENCES export_requests (id), 
	CONSTRAINT uq_releases_request_id_revision UNIQUE (request_id, revision)
);

CREATE INDEX ix_releases_request_id ON releases (request_id);

CREATE TABLE reviews (
	id INTEGER NOT NULL, 
	request_id VARCHAR(13) NOT NULL, 
	revision INTEGER NOT NULL, 
	reviewer VARCHAR(64) NOT NULL, 
	decision VARCHAR(8) NOT NULL, 
	reason TEXT NOT NULL, 
	content_sha256 VARCHAR(64) NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_reviews PRIMARY KEY (id), 
	CONSTRAINT fk_reviews_request_id_export_requests FOREIGN KEY(request_id) REFERENCES export_requests (id), 
	CONSTRAINT uq_reviews_request_id_revision_reviewer UNIQUE (request_id, revision, reviewer)
);

CREATE INDEX ix_reviews_request_id ON reviews (request_id);

CREATE TABLE downloads (
	id INTEGER NOT NULL, 
	release_id INTEGER NOT NULL, 
	name VARCHAR(80) NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	person VARCHAR(64) NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_downloads PRIMARY KEY (id), 
	CONSTRAINT fk_downloads_release_id_releases FOREIGN KEY(release_id) REFERENCES releases (id)
);

CREATE INDEX ix_downloads_release_id ON downloads (release_id);

CREATE TABLE cohort_approvals (
	cohort_id VARCHAR(128) NOT NULL, 
	condition VARCHAR(128) NOT NULL, 
	why TEXT NOT NULL, 
	approved_at DATETIME NOT NULL, 
	CONSTRAINT pk_cohort_approvals PRIMARY KEY (cohort_id, condition), 
	CONSTRAINT fk_cohort_approvals_cohort_id_cohorts FOREIGN KEY(cohort_id) REFERENCES cohorts (id)
);

CREATE TABLE person_identities (
	issuer VARCHAR(255) NOT NULL, 
	subject VARCHAR(255) NOT NULL, 
	person VARCHAR(32) NOT NULL, 
	seen_at DATETIME NOT NULL, 
	until DATETIME, 
	CONSTRAINT pk_person_identities PRIMARY KEY (issuer, subject), 
	CONSTRAINT fk_person_identities_person_people FOREIGN KEY(person) REFERENCES people (person)
);

CREATE INDEX ix_person_identities_person ON person_identities (person);

CREATE INDEX ix_person_identities_subject ON person_identities (subject);

CREATE TABLE applications (
	source VARCHAR(255) NOT NULL, 
	number INTEGER NOT NULL, 
	state VARCHAR(64) NOT NULL, 
	purposes TEXT NOT NULL, 
	resources TEXT NOT NULL, 
	members TEXT NOT NULL, 
	ends_at DATETIME, 
	read_at DATETIME NOT NULL, 
	project VARCHAR(30), 
	problem TEXT NOT NULL, 
	CONSTRAINT pk_applications PRIMARY KEY (source, number), 
	CONSTRAINT fk_applications_project_projects FOREIGN KEY(project) REFERENCES projects (slug)
);

CREATE TABLE proposals (
	id INTEGER NOT NULL, 
	verb VARCHAR(32) NOT NULL, 
	target VARCHAR(255) NOT NULL, 
	why TEXT NOT NULL, 
	hours DOUBLE NOT NULL, 
	proposed_by VARCHAR(32) NOT NULL, 
	proposed_at DATETIME NOT NULL, 
	approved_by VARCHAR(32), 
	approved_at DATETIME, 
	used_at DATETIME, 
	CONSTRAINT pk_proposals PRIMARY KEY (id), 
	CONSTRAINT fk_proposals_approved_by_people FOREIGN KEY(approved_by) REFERENCES people (person), 
	CONSTRAINT fk_proposals_proposed_by_people FOREIGN KEY(proposed_by) REFERENCES people (person)
);

CREATE INDEX ix_proposals_verb ON proposals (verb);

CREATE TABLE node_closures (
	id INTEGER NOT NULL, 
	closed_at DATETIME NOT NULL, 
	closed_by VARCHAR(64) NOT NULL, 
	why TEXT NOT NULL, 
	reopened_at DATETIME, 
	CONSTRAINT pk_node_closures PRIMARY KEY (id)
);

CREATE TABLE notices (
	id INTEGER NOT NULL, 
	notice VARCHAR(32) NOT NULL, 
	peer TEXT NOT NULL, 
	body TEXT NOT NULL, 
	made_at DATETIME NOT NULL, 
	n_tries INTEGER NOT NULL, 
	next_at DATETIME NOT NULL, 
	told_at DATETIME, 
	given_up_at DATETIME, 
	CONSTRAINT pk_notices PRIMARY KEY (id)
);

CREATE INDEX ix_notices_next_at ON notices (next_at);

CREATE INDEX ix_notices_notice ON notices (notice);

CREATE TABLE obligations (
	id VARCHAR(30) NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	title TEXT NOT NULL, 
	url TEXT NOT NULL, 
	valid_days DOUBLE NOT NULL, 
	since DATETIME NOT NULL, 
	retired_at DATETIME, 
	CONSTRAINT pk_obligations PRIMARY KEY (id)
);

CREATE TABLE fulfilments (
	id INTEGER NOT NULL, 
	obligation VARCHAR(30) NOT NULL, 
	person VARCHAR(32) NOT NULL, 
	at DATETIME NOT NULL, 
	until DATETIME NOT NULL, 
	"by" VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_fulfilments PRIMARY KEY (id), 
	CONSTRAINT fk_fulfilments_obligation_obligations FOREIGN KEY(obligation) REFERENCES obligations (id), 
	CONSTRAINT fk_fulfilments_person_people FOREIGN KEY(person) REFERENCES people (person)
);

CREATE INDEX ix_fulfilments_person ON fulfilments (person);

INSERT INTO alembic_version VALUES ('0006');
