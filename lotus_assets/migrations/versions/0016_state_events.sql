-- Facts are worked out from them: their changes are numbered, as baseline.sql does for the others.
CREATE TRIGGER note_insert AFTER INSERT ON public.raw_state_event
    REFERENCING NEW TABLE AS changed_rows
    FOR EACH STATEMENT EXECUTE FUNCTION public.note_project_change();
CREATE TRIGGER note_update AFTER UPDATE ON public.raw_state_event
    REFERENCING NEW TABLE AS changed_rows
    FOR EACH STATEMENT EXECUTE FUNCTION public.note_project_change();
CREATE TRIGGER note_delete AFTER DELETE ON public.raw_state_event
    REFERENCING OLD TABLE AS changed_rows
    FOR EACH STATEMENT EXECUTE FUNCTION public.note_project_change();

-- Of events pushes alone were kept, and of merge requests and issues less than is kept now: the
-- next run reads them as a first collection does. Rows that are stored stay.
DELETE FROM public.ingestion_state WHERE entity ~ '^(raw_push_event|raw_mr|raw_issue):';
