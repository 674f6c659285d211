-- How the job queue stands, in numbers only: the app shows them and may see no job's payload.
CREATE OR REPLACE FUNCTION bank.job_counts() RETURNS TABLE (waiting bigint, failing bigint, oldest_seconds float8)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF to_regclass('graphile_worker.jobs') IS NULL THEN RETURN; END IF;
  RETURN QUERY
    SELECT count(*) FILTER (WHERE run_at <= clock_timestamp() AND locked_at IS NULL),
           count(*) FILTER (WHERE last_error IS NOT NULL),
           coalesce(extract(epoch FROM clock_timestamp() - min(run_at) FILTER (WHERE run_at <= clock_timestamp())), 0)::float8
    FROM graphile_worker.jobs;
END $$;
REVOKE ALL ON FUNCTION bank.job_counts() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bank.job_counts() TO granary_app, granary_worker, granary_readonly;

-- Which numbered migrations this database has, so that an app of another build can see that it does not fit.
CREATE OR REPLACE FUNCTION bank.migrations_applied() RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT name FROM migration.applied WHERE name LIKE 'migrations/%' ORDER BY name;
$$;
REVOKE ALL ON FUNCTION bank.migrations_applied() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bank.migrations_applied() TO granary_app, granary_worker, granary_readonly;
