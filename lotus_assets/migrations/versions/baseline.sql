-- Numbers every change of a project's rows, in the transaction that makes it: what facts were
-- worked out from is compared with these numbers (sources/warehouse/changes.py).
CREATE SEQUENCE public.project_change_number;

CREATE FUNCTION public.note_project_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- In the order of the key, so that two transactions never wait for each other.
    INSERT INTO public.project_change (table_name, project_id, change)
    SELECT TG_TABLE_NAME, project_id, nextval('public.project_change_number')
    FROM (SELECT DISTINCT project_id FROM changed_rows ORDER BY project_id) AS changed_projects
    ON CONFLICT (table_name, project_id) DO UPDATE SET change = excluded.change;
    RETURN NULL;
END $$;

DO $$
DECLARE
    watched text;
BEGIN
    FOREACH watched IN ARRAY ARRAY[
        'raw_branch', 'raw_commit', 'raw_deployment', 'raw_issue', 'raw_issue_closing_mr',
        'raw_issue_event', 'raw_job', 'raw_mr', 'raw_mr_closing_issue', 'raw_mr_commit',
        'raw_mr_note', 'raw_mr_version', 'raw_pipeline', 'raw_protected_branch',
        'raw_push_event', 'raw_release', 'raw_tag', 'dim_project', 'fact_deployment'
    ] LOOP
        EXECUTE format(
            'CREATE TRIGGER note_insert AFTER INSERT ON public.%I
             REFERENCING NEW TABLE AS changed_rows
             FOR EACH STATEMENT EXECUTE FUNCTION public.note_project_change()', watched);
        EXECUTE format(
            'CREATE TRIGGER note_update AFTER UPDATE ON public.%I
             REFERENCING NEW TABLE AS changed_rows
             FOR EACH STATEMENT EXECUTE FUNCTION public.note_project_change()', watched);
        EXECUTE format(
            'CREATE TRIGGER note_delete AFTER DELETE ON public.%I
             REFERENCING OLD TABLE AS changed_rows
             FOR EACH STATEMENT EXECUTE FUNCTION public.note_project_change()', watched);
    END LOOP;
END $$;
