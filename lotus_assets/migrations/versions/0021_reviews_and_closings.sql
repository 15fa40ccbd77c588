-- Merge requests are measured by the approvals that GitLab lists too: their changes are numbered.
CREATE TRIGGER note_insert AFTER INSERT ON public.raw_mr_approval
    REFERENCING NEW TABLE AS changed_rows
    FOR EACH STATEMENT EXECUTE FUNCTION public.note_project_change();
CREATE TRIGGER note_update AFTER UPDATE ON public.raw_mr_approval
    REFERENCING NEW TABLE AS changed_rows
    FOR EACH STATEMENT EXECUTE FUNCTION public.note_project_change();
CREATE TRIGGER note_delete AFTER DELETE ON public.raw_mr_approval
    REFERENCING OLD TABLE AS changed_rows
    FOR EACH STATEMENT EXECUTE FUNCTION public.note_project_change();

-- What closes an issue is told by another pattern, squash commits are asked for of every merge, and
-- a reset names people: the next run reads them as a first collection does. Rows that are stored
-- stay.
DELETE FROM public.ingestion_state WHERE entity ~ '^(raw_commit|raw_mr|raw_issue):';
